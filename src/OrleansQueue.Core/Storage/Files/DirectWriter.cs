using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// Writes large commits around the system's page cache: the bytes go from a buffer of the writing thread straight to the
/// device, so that no memory is taken, filled and given back for what the tail cache holds anyway. Pages that the write does
/// not fill go through the cache as before, so the file is as long as its content and every byte of it can be read as ever.
/// <para>
/// Where the file system refuses, nothing is written here any more and the caller writes through the cache. A write that
/// went around the cache is as little synced as another: the device may hold it in memory, and the length of the file is
/// not on it yet.
/// </para>
/// </summary>
/// <param name="file">The file, which the caller keeps open. One thread at a time writes here.</param>
/// <param name="page">The unit of the page cache and a multiple of the sectors of common devices; a test may take another.</param>
/// <param name="leastBytes">How many bytes in whole pages are worth it.</param>
internal sealed class DirectWriter(SafeFileHandle file, int page = DirectWriter.Page, long leastBytes = DirectWriter.LeastBytes) : IDisposable
{
    // Below that the two pieces that go through the cache cost as much as is saved; measured in docs/decisions/0003.
    private const long LeastBytes = 128 << 10;
    private const int Page = 4096;

    // As much as fits a processor's cache, and enough to keep a device busy.
    private const int MostAtOnce = 1 << 20;

    // EINVAL, as .NET hands it on.
    private const int InvalidArgument = 22;

    [ThreadStatic]
    private static Memory<byte> _buffer;

    private SafeFileHandle? _direct;
    private bool _refused;

    /// <summary>Writes all parts one behind the other, or answers false where they should go through the cache, all of them.</summary>
    public bool TryWrite(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var count = parts.Sum(part => (long)part.Length);
        if (_refused || WritePiece.WholePageBytes(position, count, page) < leastBytes)
        {
            return false;
        }

        _direct ??= DirectHandle.TryOpen(file);
        try
        {
            _refused = _direct is null;
            if (_direct is not null)
            {
                Write(WritePiece.Split(position, count, page, MostAtOnce), parts, _direct);
            }
        }
        catch (IOException error) when (error.HResult == InvalidArgument)
        {
            // Some file systems let a file be opened so and refuse only the write, or want larger pages.
            _refused = true;
        }

        return !_refused;
    }

    public void Dispose() => _direct?.Dispose();

    private void Write(IEnumerable<WritePiece> pieces, IReadOnlyList<ReadOnlyMemory<byte>> parts, SafeFileHandle direct)
    {
        var buffer = Buffer().Span;
        var (part, at) = (0, 0);
        foreach (var piece in pieces)
        {
            for (var into = buffer[..piece.Count]; !into.IsEmpty;)
            {
                var from = parts[part].Span[at..];
                from = from[..Math.Min(from.Length, into.Length)];
                from.CopyTo(into);
                into = into[from.Length..];
                (part, at) = at + from.Length == parts[part].Length ? (part + 1, 0) : (part, at + from.Length);
            }

            RandomAccess.Write(piece.IsWholePages ? direct : file, buffer[..piece.Count], piece.Position);
        }
    }

    /// <summary>A buffer of this thread that begins at a page and never moves, as devices want it. The store has a few threads that write.</summary>
    private static Memory<byte> Buffer()
    {
        if (_buffer.IsEmpty)
        {
            var bytes = GC.AllocateUninitializedArray<byte>(MostAtOnce + Page, pinned: true);
            var beyond = (int)((nuint)Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) % Page);
            _buffer = bytes.AsMemory(Page - beyond, MostAtOnce);
        }

        return _buffer;
    }
}
