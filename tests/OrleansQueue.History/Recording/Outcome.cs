namespace OrleansQueue.History;

/// <summary>How an operation ended, as the one who asked for it saw it.</summary>
internal enum Outcome : byte
{
    /// <summary>Nobody has said yet; taken for <see cref="Unknown"/>.</summary>
    Pending,

    /// <summary>It took effect.</summary>
    Acknowledged,

    /// <summary>It took no effect and never will.</summary>
    Refused,

    /// <summary>It may have taken effect, and may yet.</summary>
    Unknown,
}
