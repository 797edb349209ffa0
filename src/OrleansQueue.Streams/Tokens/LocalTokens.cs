using Orleans.Streams;

namespace OrleansQueue.Streams.Tokens;

/// <summary>A token that stays on its silo, where the pulling agent hands it from one part of ours to another.</summary>
[Immutable]
internal abstract class LocalToken(long sequenceNumber) : StreamSequenceToken
{
    public override long SequenceNumber
    {
        get => sequenceNumber;
        protected set => throw new NotSupportedException();
    }

    public override int EventIndex
    {
        get => 0;
        protected set => throw new NotSupportedException();
    }

    public override bool Equals(StreamSequenceToken? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int CompareTo(StreamSequenceToken? other) => TokenOrder.Compare(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>The token that a subscription asked for, and which subscription it was: the agent asks for a cursor with nothing else.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="consumer">Who is subscribed.</param>
/// <param name="original">What the consumer asked for; null where it asked for nothing.</param>
/// <param name="arrival">The end of what was read when the consumer was asked.</param>
/// <param name="skipsFirst">Whether the agent steps over the cursor's first batch without delivering it.</param>
[Immutable]
internal sealed class BoundToken(GuidId subscription, object consumer, StreamSequenceToken? original, long arrival, bool skipsFirst)
    : LocalToken(original?.SequenceNumber ?? 0)
{
    public GuidId Subscription => subscription;

    public object Consumer => consumer;

    public StreamSequenceToken? Original => original;

    public long Arrival => arrival;

    public bool SkipsFirst => skipsFirst;
}

/// <summary>The token of a notice that is about no new event.</summary>
/// <param name="end">The end of what was read.</param>
[Immutable]
internal sealed class NudgeToken(long end) : LocalToken(end);
