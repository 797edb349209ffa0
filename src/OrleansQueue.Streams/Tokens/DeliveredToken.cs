using Orleans.Streams;

namespace OrleansQueue.Streams.Tokens;

/// <summary>The token of a batch of events. A consumer that names it has had everything before <see cref="Next"/>.</summary>
[GenerateSerializer, Immutable, Alias("oq.delivered-token")]
internal sealed class DeliveredToken : StreamSequenceToken
{
    /// <summary>The token of a batch.</summary>
    /// <param name="next">The offset behind the last event of the batch.</param>
    /// <param name="topic">The topic: one of the same name that is created later has the same offsets.</param>
    public DeliveredToken(long next, TopicId topic) => (Next, Topic) = (next, topic);

    [Id(0)]
    public long Next { get; private set; }

    [Id(1)]
    public TopicId Topic { get; private set; }

    public override long SequenceNumber
    {
        get => Next - 1;
        protected set => Next = value + 1;
    }

    public override int EventIndex
    {
        get => 0;
        protected set { }
    }

    public override bool Equals(StreamSequenceToken? other) => other is DeliveredToken token && token.Next == Next && token.Topic == Topic;

    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    public override int CompareTo(StreamSequenceToken? other) => TokenOrder.Compare(this, other);

    public override int GetHashCode() => Next.GetHashCode();

    public override string ToString() => $"up to offset {Next}";
}
