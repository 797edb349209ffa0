namespace OrleansQueue;

/// <summary>Settings of a stream provider on a silo.</summary>
public sealed class OrleansQueueStreamOptions
{
    private readonly List<string> _topics = [];

    /// <summary>
    /// The topics, each of which is the namespace of its streams. The silo creates what is missing when it starts, as <c>AddTopic</c> says
    /// where the application says it.
    /// </summary>
    public IReadOnlyList<string> Topics => _topics;

    /// <summary>
    /// The most memory for events of one partition, in bytes; subscribers that need others are served from the log. Default: 8 MiB, of which a half
    /// is for the newest events and a half for those that lag.
    /// </summary>
    public long CacheBytesPerPartition { get; set; } = 8 << 20;

    /// <summary>
    /// The most bytes of values that a subscriber is given in one call where there are several events; a larger event comes alone. Default: 64 KiB.
    /// </summary>
    public int MaxBatchBytes { get; set; } = 64 << 10;

    /// <summary>
    /// How often an event is given to a subscriber that throws before it is dead-lettered, 1 or more. Default: 5. Events that cannot be read, and
    /// so never will be, are dead-lettered at once; a subscriber that cannot be reached is tried for ever. Counted anew where the partition has
    /// moved to another silo meanwhile.
    /// </summary>
    public int DeliveryAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; it doubles with each further one. Default: 0.2 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest wait between two attempts. Default: 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the positions of subscriptions are kept; after a crash, events of the last such time come again. Default: 1 s.
    /// </summary>
    public TimeSpan CommitPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Names a topic whose streams the provider serves.</summary>
    /// <param name="name">The topic's name, which is the namespace of its streams.</param>
    /// <exception cref="ArgumentException">The name is none of a topic.</exception>
    public OrleansQueueStreamOptions AddTopic(string name)
    {
        if (OrleansQueue.Topics.TopicName.CheckOwn(name) is { } wrong)
        {
            throw new ArgumentException(wrong.ToString(), nameof(name));
        }

        if (!_topics.Contains(name, StringComparer.Ordinal))
        {
            _topics.Add(name);
        }

        return this;
    }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => this switch
    {
        { CacheBytesPerPartition: < 1 } => Refusal.Of("cache bytes per partition", CacheBytesPerPartition, "1 or more"),
        { MaxBatchBytes: < 1 } => Refusal.Of("max batch bytes", MaxBatchBytes, "1 or more"),
        { DeliveryAttempts: < 1 } => Refusal.Of("delivery attempts", DeliveryAttempts, "1 or more"),
        _ when RetryDelay <= TimeSpan.Zero => Refusal.OfText("retry delay", RetryDelay.ToString(), "more than 0"),
        _ when MaxRetryDelay < RetryDelay => Refusal.OfText("max retry delay", MaxRetryDelay.ToString(), "the retry delay or more"),
        _ when CommitPeriod <= TimeSpan.Zero => Refusal.OfText("commit period", CommitPeriod.ToString(), "more than 0"),
        _ => null,
    };
}
