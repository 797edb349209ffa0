namespace OrleansQueue.Batches;

/// <summary>The bytes of a batch contradict each other. A batch that passed the broker's door never throws it unless bytes were damaged later.</summary>
public sealed class InvalidBatchException : Exception
{
    /// <summary>A batch in which <paramref name="field"/> is not as it must be.</summary>
    public InvalidBatchException(string field, string expected)
        : this(new Refusal(field, "wrong", expected))
    {
    }

    /// <summary>A batch that <paramref name="reason"/> explains.</summary>
    public InvalidBatchException(Refusal reason)
        : base(reason?.ToString()) => Reason = reason ?? throw new ArgumentNullException(nameof(reason));

    /// <summary>The field, its value and what was expected.</summary>
    public Refusal Reason { get; }
}
