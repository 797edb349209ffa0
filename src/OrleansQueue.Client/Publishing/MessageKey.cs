using System.Buffers;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>
/// The key of a message: text, which is written as UTF-8, or bytes. Messages of one key lie in one partition in the order of
/// their publishing. <c>default</c> is no key; an empty text is a key.
/// </summary>
public readonly struct MessageKey
{
    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _isBytes;

    /// <summary>A key of text; null is no key.</summary>
    public MessageKey(string? text) => _text = text;

    /// <summary>A key of bytes. They are read when the message is published.</summary>
    public MessageKey(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        _isBytes = true;
    }

    /// <summary>No key: the producer chooses the partition.</summary>
    public static MessageKey None => default;

    /// <summary>Whether there is no key.</summary>
    public bool IsNone => _text is null && !_isBytes;

    /// <inheritdoc cref="MessageKey(string)"/>
    public static implicit operator MessageKey(string? text) => new(text);

    /// <inheritdoc cref="MessageKey(ReadOnlyMemory{byte})"/>
    public static implicit operator MessageKey(byte[]? bytes) => bytes is null ? None : new(bytes);

    /// <inheritdoc cref="MessageKey(ReadOnlyMemory{byte})"/>
    public static implicit operator MessageKey(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <inheritdoc cref="MessageKey(string)"/>
    public static MessageKey FromString(string? text) => new(text);

    /// <inheritdoc cref="MessageKey(ReadOnlyMemory{byte})"/>
    public static MessageKey FromBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The key's bytes; text is encoded into <paramref name="scratch"/>, whose content they then share.</summary>
    internal NullableBytes Encode(ArrayBufferWriter<byte> scratch)
    {
        if (_isBytes)
        {
            return new NullableBytes(_bytes.Span);
        }

        if (_text is null)
        {
            return NullableBytes.Null;
        }

        scratch.ResetWrittenCount();
        Encoding.UTF8.GetBytes(_text, scratch);
        return new NullableBytes(scratch.WrittenSpan);
    }
}
