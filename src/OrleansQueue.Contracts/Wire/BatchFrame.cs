using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace OrleansQueue.Contracts.Wire;

/// <summary>
/// The bytes of whole record batches. They cross a call as they are: on the wire one length and the bytes of all parts, in the
/// same silo the sender's own memory.
/// </summary>
[Immutable, Alias("oq.frame")]
internal readonly record struct BatchFrame(IReadOnlyList<ReadOnlyMemory<byte>>? All)
{
    /// <summary>The bytes in order; a part may end within a batch.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts => All ?? [];

    public BatchFrame(ReadOnlyMemory<byte> bytes)
        : this([bytes])
    {
    }

    /// <summary>The bytes in order, and no part where there are none: a frame that crossed the wire empty has one part of no bytes, and a reader is promised batches or nothing.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ToBatches() => Parts is [{ IsEmpty: true }] ? [] : Parts;

    /// <summary>The bytes in one piece.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        if (Parts.Count == 1)
        {
            return Parts[0];
        }

        var all = GC.AllocateUninitializedArray<byte>(Parts.Sum(part => part.Length));
        var at = 0;
        foreach (var part in Parts)
        {
            part.Span.CopyTo(all.AsSpan(at));
            at += part.Length;
        }

        return all;
    }
}

/// <summary>Writes a frame without first gathering its parts, and reads it into one array.</summary>
[RegisterSerializer]
internal sealed class BatchFrameCodec : IFieldCodec<BatchFrame>
{
    /// <summary>The most bytes that are taken: far above any answer, far below what could hurt.</summary>
    public const int MaxBytes = 32 << 20;

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type expectedType, BatchFrame value)
        where TBufferWriter : System.Buffers.IBufferWriter<byte>
    {
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(BatchFrame), WireType.LengthPrefixed);
        uint length = 0;
        foreach (var part in value.Parts)
        {
            length += (uint)part.Length;
        }

        writer.WriteVarUInt32(length);
        foreach (var part in value.Parts)
        {
            writer.Write(part.Span);
        }
    }

    public BatchFrame ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        field.EnsureWireType(WireType.LengthPrefixed);
        var length = reader.ReadVarUInt32();
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"A frame has {length} bytes; allowed are {MaxBytes}.");
        }

        if (length > reader.Length)
        {
            throw new InvalidDataException($"A frame has {length} bytes, and the whole message has {reader.Length}.");
        }

        // Every byte is about to be written, and to clear a megabyte first costs as much as to copy one.
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        reader.ReadBytes(bytes);
        return new BatchFrame(bytes);
    }
}

/// <summary>Frames do not change, so a copy is the frame itself.</summary>
[RegisterCopier]
internal sealed class BatchFrameCopier : IDeepCopier<BatchFrame>
{
    public BatchFrame DeepCopy(BatchFrame input, CopyContext context) => input;
}
