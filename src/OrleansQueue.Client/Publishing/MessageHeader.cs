using System.Text;

namespace OrleansQueue.Client;

/// <summary>A header of a message. Headers are an ordered list in which names may repeat.</summary>
/// <param name="Name">Its name. Names that begin <c>oq-</c> are OrleansQueue's own and are refused from applications.</param>
/// <param name="Value">Its value, or null; UTF-8 by convention.</param>
public readonly record struct MessageHeader(string Name, ReadOnlyMemory<byte>? Value)
{
    /// <summary>A header with a value of text.</summary>
    public MessageHeader(string name, string? value)
        : this(name, value is null ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(value)))
    {
    }

    /// <summary>The value as text, null for null. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string? Text => Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
