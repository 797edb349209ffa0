namespace OrleansQueue.Batches;

/// <summary>Bytes, or null. A null value is a tombstone and a null key no key; neither is the same as zero bytes.</summary>
public readonly ref struct NullableBytes
{
    private readonly bool _isPresent;

    /// <summary>Bytes that are present, if only zero of them.</summary>
    public NullableBytes(ReadOnlySpan<byte> bytes)
    {
        _isPresent = true;
        Span = bytes;
    }

    /// <summary>Null.</summary>
    public static NullableBytes Null => default;

    /// <summary>Whether this is null.</summary>
    public bool IsNull => !_isPresent;

    /// <summary>The bytes; none where this is null.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>The bytes of <paramref name="bytes"/>, null for null.</summary>
    public static NullableBytes From(byte[]? bytes) => bytes is null ? Null : new(bytes);

    /// <inheritdoc cref="NullableBytes(ReadOnlySpan{byte})"/>
    public static implicit operator NullableBytes(ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>One header of a record to be written. Names may repeat; they are UTF-8 by convention.</summary>
/// <param name="Name">The name's bytes.</param>
/// <param name="Value">The value's bytes, or null.</param>
public readonly record struct RecordHeader(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte>? Value);
