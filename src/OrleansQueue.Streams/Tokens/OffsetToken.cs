using Orleans.Streams;

namespace OrleansQueue;

/// <summary>
/// The sequence token of an event: its offset in its partition. To subscribe or resume with it begins with that event, or with the next one of
/// the stream where the offset is another stream's.
/// </summary>
[GenerateSerializer, Immutable, Alias("oq.offset-token")]
public sealed class OffsetToken : StreamSequenceToken
{
    /// <summary>The token of an offset.</summary>
    /// <param name="sequenceNumber">The offset.</param>
    public OffsetToken(long sequenceNumber) => SequenceNumber = sequenceNumber;

    /// <summary>The token of an offset.</summary>
    public OffsetToken(Offset offset)
        : this(offset.Value)
    {
    }

    /// <summary>The offset.</summary>
    [Id(0)]
    public override long SequenceNumber { get; protected set; }

    /// <summary>Always 0: every event has an offset of its own.</summary>
    public override int EventIndex
    {
        get => 0;
        protected set { }
    }

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) => other is OffsetToken token && token.SequenceNumber == SequenceNumber;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int CompareTo(StreamSequenceToken? other) => TokenOrder.Compare(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => SequenceNumber.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"offset {SequenceNumber}";
}
