using System.Buffers;

namespace OrleansQueue.Client;

/// <summary>Takes bytes as they are.</summary>
public sealed class RawMessageSerializer : IMessageSerializer<ReadOnlyMemory<byte>>, IMessageSerializer<byte[]>
{
    /// <summary>The one that serves everybody.</summary>
    public static RawMessageSerializer Instance { get; } = new();

    /// <inheritdoc/>
    public string? ContentType => null;

    /// <inheritdoc/>
    public void Serialize(ReadOnlyMemory<byte> message, IBufferWriter<byte> output) => output.Write(message.Span);

    /// <inheritdoc/>
    public void Serialize(byte[] message, IBufferWriter<byte> output) => output.Write(message);

    /// <inheritdoc/>
    byte[] IMessageSerializer<byte[]>.Deserialize(ReadOnlySpan<byte> bytes) => bytes.ToArray();

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IMessageSerializer<ReadOnlyMemory<byte>>.Deserialize(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}
