namespace OrleansQueue.History;

/// <summary>A send that has begun; it is ended once, and one that is never ended counts as unknown.</summary>
public readonly record struct SendToken
{
    internal SendToken(int index) => Index = index;

    internal int Index { get; }
}

/// <summary>A commit or a reset of a group's position that has begun; one that is never ended counts as unknown.</summary>
public readonly record struct CommitToken
{
    internal CommitToken(int index) => Index = index;

    internal int Index { get; }
}

/// <summary>A question for a group's committed position; one that is never answered counts for nothing.</summary>
public readonly record struct CommittedReadToken
{
    internal CommittedReadToken(int index) => Index = index;

    internal int Index { get; }
}

/// <summary>The end of a transaction that was asked for; one that is never answered counts as unknown.</summary>
public readonly record struct TransactionToken
{
    internal TransactionToken(int index) => Index = index;

    internal int Index { get; }
}

/// <summary>A drain of a partition that has begun; one that never ends counts as ordinary polls.</summary>
public readonly record struct DrainToken
{
    internal DrainToken(int index) => Index = index;

    internal int Index { get; }
}
