using System.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary>How a line becomes key and value. Both are the line's own bytes, text or not.</summary>
internal sealed class LineFormat
{
    private readonly byte[]? _separator;
    private readonly byte[]? _nullMarker;

    /// <param name="separator">What ends the key; null or empty where there is none.</param>
    /// <param name="nullMarker">The value that stands for none, or null.</param>
    public LineFormat(string? separator, string? nullMarker)
    {
        _separator = string.IsNullOrEmpty(separator) ? null : Encoding.UTF8.GetBytes(separator);
        _nullMarker = nullMarker is null ? null : Encoding.UTF8.GetBytes(nullMarker);
    }

    /// <summary>Bytes of the separator.</summary>
    public int SeparatorSize => _separator?.Length ?? 0;

    public (ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value) Split(ReadOnlyMemory<byte> line)
    {
        var at = _separator is null ? -1 : line.Span.IndexOf(_separator);
        var value = at < 0 ? line : line[(at + SeparatorSize)..];
        var isNull = _nullMarker is not null && value.Span.SequenceEqual(_nullMarker);
        return (at < 0 ? default(ReadOnlyMemory<byte>?) : line[..at], isNull ? default(ReadOnlyMemory<byte>?) : value);
    }
}
