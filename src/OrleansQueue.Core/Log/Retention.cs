namespace OrleansQueue.Log;

/// <summary>What a topic keeps.</summary>
/// <param name="Time">How long a record stays after its append, or null for ever. Default of topics: 7 days.</param>
/// <param name="Bytes">How many bytes of a partition stay, or null for no limit.</param>
internal sealed record Retention(TimeSpan? Time, long? Bytes = null)
{
    /// <summary>Whether what was last appended at a time is past its time.</summary>
    public bool IsExpired(Timestamp lastAppend, Timestamp now) => Time is { } time && lastAppend < now.Plus(-time);

    /// <summary>Whether what would be left after a deletion is still as much as is to be kept.</summary>
    public bool IsTooMuch(long bytesLeft) => Bytes is { } most && bytesLeft >= most;
}
