using System.Globalization;

namespace OrleansQueue.Client;

/// <summary>A message that a group gave up.</summary>
public sealed class DeadLetter
{
    internal DeadLetter(Delivery raw) => Raw = raw;

    /// <summary>The message as it lies in the dead-letter topic.</summary>
    public Delivery Raw { get; }

    /// <summary>What it is called: partition and offset in the dead-letter topic, as <c>partition-offset</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Raw.Partition}-{Raw.Offset}");

    /// <summary>The message's own id, which it keeps through everything.</summary>
    public string MessageId => Raw.MessageId;

    /// <summary>Why it was given up, for people; null where the group's handlers say it by <see cref="Error"/> alone.</summary>
    public string? Reason => Last(HeaderNames.DeadReason);

    /// <summary>Type and message of the last exception, or null.</summary>
    public string? Error => Last(HeaderNames.DeadError) is { Length: > 0 } error ? error : null;

    /// <summary>How often it was tried; 0 where it could not be read.</summary>
    public int Attempts => (int)Number(HeaderNames.DeadAttempts);

    /// <summary>The topic that it was published to.</summary>
    public string Topic => Last(HeaderNames.DeadTopic) ?? "";

    /// <summary>The partition that it lay in.</summary>
    public Partition Partition => new((int)Number(HeaderNames.DeadPartition));

    /// <summary>Its offset there.</summary>
    public Offset Offset => new(Number(HeaderNames.DeadOffset));

    /// <summary>The key, or null.</summary>
    public ReadOnlyMemory<byte>? Key => Raw.Key;

    /// <summary>The trace and span in which it was published, or null.</summary>
    public string? TraceParent => Raw.Find(HeaderNames.TraceParent)?.Text;

    /// <summary>When it was given up.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Number(HeaderNames.DeadTime), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    // A message that died more than once tells of each time; the last one is this one's.
    private string? Last(string name) => Raw.Headers.LastOrDefault(header => header.Name == name).Text;

    private long Number(string name) => long.TryParse(Last(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>The dead letters of a group of that kind cannot be treated so.</summary>
public sealed class DeadLetterRefusedException : Exception
{
    /// <summary>It was refused for <paramref name="reason"/>.</summary>
    public DeadLetterRefusedException(string reason)
        : base(reason)
    {
    }
}
