namespace OrleansQueue.Client;

/// <summary>A handler of a queue group throws it to have its message dead-lettered at once, whatever attempts are left. Handlers of stream groups follow their options as with any other exception.</summary>
public sealed class RejectMessageException : Exception
{
    /// <summary>The message is not to be tried again.</summary>
    /// <param name="reason">Why, for people; at most 1,000 characters are kept.</param>
    /// <param name="inner">What it failed with.</param>
    public RejectMessageException(string reason, Exception? inner = null)
        : base(reason, inner) => Reason = reason;

    /// <summary>Why.</summary>
    public string Reason { get; }
}

/// <summary>A handler of a queue group throws it to get its message again after a time of its own choice. It counts as a failure. Handlers of stream groups follow their options as with any other exception.</summary>
public sealed class RetryLaterException : Exception
{
    /// <summary>The longest that a group lets a message wait.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The message is to be tried again.</summary>
    /// <param name="delay">When: 0 to 7 d.</param>
    /// <param name="inner">What it failed with.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is out of its range.</exception>
    public RetryLaterException(TimeSpan delay, Exception? inner = null)
        : base($"The message is to be tried again in {delay}.", inner) => Delay = delay >= TimeSpan.Zero && delay <= Longest
        ? delay
        : throw new ArgumentOutOfRangeException(nameof(delay), delay, Refusal.OfText("retry delay", delay.ToString(), $"0 to {Longest}").ToString());

    /// <summary>After what time.</summary>
    public TimeSpan Delay { get; }
}
