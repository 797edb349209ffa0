namespace OrleansQueue.History.Evidence;

/// <summary>A value that somebody polled at an offset.</summary>
/// <param name="Offset">Where.</param>
/// <param name="Value">What.</param>
/// <param name="FirstPolled">The sequence number of the first poll that brought it.</param>
/// <param name="Sent">Its place in the column of sent values; negative when nobody sent it.</param>
/// <param name="Send">The send that it belongs to; negative when nobody sent it.</param>
internal readonly record struct KnownRecord(long Offset, long Value, long FirstPolled, int Sent = -1, int Send = -1)
{
    /// <summary>By offset, then value, then time.</summary>
    public static int Compare(KnownRecord left, KnownRecord right)
    {
        int order = ComparePlaces(left, right);
        return order != 0 ? order : left.FirstPolled.CompareTo(right.FirstPolled);
    }

    /// <summary>By offset, then value.</summary>
    public static int ComparePlaces(KnownRecord left, KnownRecord right)
    {
        int order = left.Offset.CompareTo(right.Offset);
        return order != 0 ? order : left.Value.CompareTo(right.Value);
    }
}
