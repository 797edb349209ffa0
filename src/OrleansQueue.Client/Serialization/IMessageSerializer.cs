using System.Buffers;

namespace OrleansQueue.Client;

/// <summary>Turns messages into bytes and back. Used from many threads at once.</summary>
/// <typeparam name="T">The messages.</typeparam>
public interface IMessageSerializer<T>
{
    /// <summary>The media type of the bytes, which travels with the message where it is not that of the default, JSON; null where there is none to name.</summary>
    string? ContentType { get; }

    /// <summary>Writes a message.</summary>
    void Serialize(T message, IBufferWriter<byte> output);

    /// <summary>Reads a message; throws what it likes where the bytes are none.</summary>
    T Deserialize(ReadOnlySpan<byte> bytes);
}

/// <summary>The bytes of a value are no message of the type that was asked for.</summary>
public sealed class MessageFormatException : Exception
{
    /// <summary>The value cannot be read, as <paramref name="message"/> says.</summary>
    public MessageFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
