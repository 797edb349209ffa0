namespace OrleansQueue.Storage;

/// <summary>
/// Bytes of a log that were once whole are not any more, or do not follow each other. Nothing is deleted or repaired in
/// silence: what lies before the bad place can still be read, and an operator decides about the rest.
/// </summary>
internal sealed class LogDamagedException : IOException
{
    public LogDamagedException(string place, long position, Offset offset, string fault)
        : base($"Log damaged: {place}, byte {position}, expected offset {offset}: {fault}")
    {
        Place = place;
        Position = position;
        Offset = offset;
        Fault = fault;
    }

    /// <summary>The file or blob.</summary>
    public string Place { get; }

    /// <summary>Where in the segment's batches the bad place begins, in bytes.</summary>
    public long Position { get; }

    /// <summary>The first offset that cannot be read.</summary>
    public Offset Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Fault { get; }
}
