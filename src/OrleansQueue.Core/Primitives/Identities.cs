namespace OrleansQueue;

/// <summary>
/// The identity of a topic, new at each creation. Logs and journals are named by it and never by the topic's name, so a
/// topic that is deleted and created again shares nothing with the old one.
/// </summary>
/// <param name="Value">A random 128-bit number.</param>
public readonly record struct TopicId(Guid Value)
{
    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>The identity of a log store, made with it. Silos of one cluster compare it when they join.</summary>
/// <param name="Value">A random 128-bit number.</param>
public readonly record struct StoreId(Guid Value)
{
    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>The number of a partition within its topic.</summary>
/// <param name="Number">Counted from 0.</param>
public readonly record struct Partition(int Number)
{
    /// <inheritdoc/>
    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A partition of a topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number.</param>
public readonly record struct TopicPartition(TopicId Topic, Partition Partition)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}";
}

/// <summary>
/// A place in a partition that can be checked: the offset to read next and the epoch of the last record read before it.
/// A log that does not hold that pair answers Diverged instead of serving other records under the same offsets.
/// </summary>
/// <param name="Topic">The topic; another id under the same name is another topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The next offset to read.</param>
/// <param name="Epoch">The epoch of the record before it, <see cref="Epoch.None"/> where nothing was read yet.</param>
public readonly record struct Position(TopicId Topic, Partition Partition, Offset Offset, Epoch Epoch)
{
    /// <summary>The partition that the place is in.</summary>
    public TopicPartition TopicPartition => new(Topic, Partition);
}

/// <summary>What an acknowledged record survives.</summary>
public enum Durability
{
    /// <summary>Synced to the disk before the acknowledgement: survives loss of power. The default.</summary>
    Fsync = 0,

    /// <summary>Written to the operating system: survives kill -9 of every process, not loss of power.</summary>
    Os = 1,

    /// <summary>Kept in memory only: gone when its silo ends.</summary>
    Memory = 2,
}
