using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a message that was leased is to the member.</summary>
internal enum HeldState : byte
{
    /// <summary>It was not handed out yet.</summary>
    Waiting = 0,

    /// <summary>The application has it.</summary>
    InHand = 1,

    /// <summary>It is settled, or about to be.</summary>
    Settled = 2,

    /// <summary>It was taken from the application: its lease is over, or it took too long.</summary>
    Lost = 3,
}

/// <summary>A message among those of a lease.</summary>
internal struct HeldMessage
{
    /// <summary>The message; null when it is held no more.</summary>
    public Delivery Delivery;

    /// <summary>The first of the offsets that are settled with it: there may be some before it and behind it where no message is.</summary>
    public Offset First;

    /// <summary>The offset behind the last of them.</summary>
    public Offset End;

    /// <summary>How often it was delivered, this time included.</summary>
    public int DeliveryCount;

    public HeldState State;

    /// <summary>When it was handed out, or the application last said that it gets on with it.</summary>
    public long Began;

    public readonly bool IsHeld => State is HeldState.Waiting or HeldState.InHand;

    /// <summary>
    /// The messages of an answer. Together they stand for all of the offsets that were leased, as far as there is a message: what cannot be
    /// read, and lies in several ranges, is there once for each.
    /// </summary>
    public static HeldMessage[] Of(string topic, TopicPartition partition, LeaseResult.Leased leased)
    {
        if (leased.Selection.Count == 0)
        {
            return [];
        }

        var from = new Position(partition.Topic, partition.Partition, leased.Selection[0].First, Epoch.None);
        var found = new List<HeldMessage>();
        var range = 0;
        var used = -1;
        foreach (var delivery in Unpacking.Unpack(topic, from, new RecordWalk(leased.Parts, [.. leased.Selection.Select(static each => each.Offsets)])))
        {
            for (; range < leased.Selection.Count && leased.Selection[range].End <= delivery.Offset; range++)
            {
            }

            for (var at = range; at < leased.Selection.Count && (at == range || leased.Selection[at].First < delivery.Next.Offset); at++)
            {
                Add(found, delivery, leased.Selection[at], isFirst: at != used);
                used = at;
            }
        }

        return [.. found];
    }

    private static void Add(List<HeldMessage> found, Delivery delivery, LeasedRange range, bool isFirst)
    {
        var first = isFirst ? range.First : Offset.Max(range.First, delivery.Offset);
        if (!isFirst)
        {
            var before = found[^1];
            found.RemoveAt(found.Count - 1);
            if (before.First < first)
            {
                found.Add(before with { End = first });
            }
        }

        found.Add(new() { Delivery = delivery, First = first, End = range.End, DeliveryCount = range.DeliveryCount });
    }
}

/// <summary>Something to tell the broker of messages that lie one behind the other.</summary>
internal record struct PendingSettlement(Offset First, Offset End, SettlementKind Kind, TimeSpan? Time, string? Reason, string? Error)
{
    /// <summary>Takes another one into this, where the two say the same and lie one behind the other.</summary>
    public bool TryJoin(in PendingSettlement next)
    {
        if (End != next.First || Kind != next.Kind || Time != next.Time || !ReferenceEquals(Error, next.Error) || Reason != next.Reason)
        {
            return false;
        }

        End = next.End;
        return true;
    }

    public readonly Settlement Of(LeaseId lease) => new(lease, new OffsetRange(First, End), Kind) { Time = Time, Reason = Cut(Reason), Error = Cut(Error) };

    private static string? Cut(string? text) => text is { Length: > Settlement.MaxTextLength } ? text[..Settlement.MaxTextLength] : text;
}
