using Microsoft.Win32.SafeHandles;

namespace OrleansQueue.Storage.Files;

/// <summary>An open file of the real disk. Reads and small writes go through the system's page cache, large writes that are synced at once around it.</summary>
internal sealed class OperatingSystemFile(SafeFileHandle handle, DirectWriter direct) : IDiskFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(long position, Span<byte> into)
    {
        var done = 0;
        while (done < into.Length)
        {
            var got = RandomAccess.Read(handle, into[done..], position + done);
            if (got == 0)
            {
                break;
            }

            done += got;
        }

        return done;
    }

    public void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, position);

    public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool aroundCache)
    {
        if (!aroundCache || !direct.TryWrite(position, parts))
        {
            RandomAccess.Write(handle, parts, position);
        }
    }

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    // Not FileStream.Flush(true): there have been releases in which that skipped the sync (dotnet/runtime 86836, 99445).
    public void Sync() => RandomAccess.FlushToDisk(handle);

    public void Dispose()
    {
        direct.Dispose();
        handle.Dispose();
    }
}
