namespace OrleansQueue.Queues;

/// <summary>How a message stands that is examined and not done. The numbers are stored.</summary>
internal enum MessageState : byte
{
    /// <summary>It may be leased, as soon as its key is free.</summary>
    Available = 0,

    /// <summary>Somebody holds it under a lease.</summary>
    Leased = 1,

    /// <summary>It failed and waits for its next delivery.</summary>
    Delayed = 2,

    /// <summary>It is on its way to the dead letters.</summary>
    Dying = 3,
}

/// <summary>Messages one behind the other that stand alike: a row of <see cref="UnfinishedMap"/>.</summary>
internal record struct Unfinished
{
    /// <summary>The place of the first.</summary>
    public long First;

    /// <summary>The place behind the last.</summary>
    public long End;

    /// <summary>How they stand.</summary>
    public MessageState State;

    /// <summary>How many deliveries of them failed.</summary>
    public int Blamed;

    /// <summary>The number of the lease that they are held under; 0 where they are not.</summary>
    public long Lease;

    /// <summary>When the lease or the wait is over, in milliseconds since 1970; 0 where there is neither.</summary>
    public long At;

    /// <summary>What stands for the key of the one message, where the group is ordered and it has one; else 0.</summary>
    public ulong Key;

    /// <summary>What stands for the tenant whose messages they are, where the group shares between tenants; else 0.</summary>
    public ulong Tenant;

    /// <summary>How many messages they are.</summary>
    public readonly long Count => End - First;

    /// <summary>Whether a row may be one with the one before it.</summary>
    public readonly bool Continues(in Unfinished before) =>
        First == before.End && Key == 0 && before.Key == 0 && State == before.State && Blamed == before.Blamed && Lease == before.Lease && At == before.At
        && Tenant == before.Tenant;
}
