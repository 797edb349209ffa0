namespace OrleansQueue.Client;

/// <summary>A message on its way through its attempts.</summary>
internal sealed class MessageWork(Delivery message)
{
    public Delivery Message => message;

    /// <summary>What the last attempt failed with; null before the first one and after success.</summary>
    public Exception? Error { get; private set; }

    /// <summary>How often a handler tried it.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether another attempt is of no use.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Whether it was processed, or given up in good order.</summary>
    public bool IsSettled => message.Claim!.IsDone;

    /// <summary>A handler begins with it.</summary>
    public void Begin(int attempt)
    {
        Attempts = attempt;
        Error = null;
    }

    public void Fail(Exception error, bool isFinal)
    {
        Error = error;
        IsFinal = isFinal;
    }

    /// <summary>All its attempts are used up.</summary>
    public void GiveUp() => IsFinal = true;

    /// <summary>It is tried from the beginning.</summary>
    public void Reset() => (Attempts, Error, IsFinal) = (0, null, false);

    public void Settle() => message.Claim!.Finish();
}
