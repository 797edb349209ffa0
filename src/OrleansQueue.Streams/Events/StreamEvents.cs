namespace OrleansQueue.Streams.Events;

/// <summary>What a record's headers say that its consumer needs.</summary>
/// <param name="Type">The alias of its type, or null.</param>
/// <param name="TraceParent">The span of its publish, or null.</param>
/// <param name="Expires">When it expires, in milliseconds since 1970; <see cref="long.MaxValue"/> where it does not.</param>
internal readonly record struct EventHeaders(string? Type, string? TraceParent, long Expires)
{
    public static EventHeaders None => new(null, null, long.MaxValue);
}

/// <summary>The events of one stream in one answer of the broker, in order, in memory of their own.</summary>
/// <param name="offsets">Their offsets.</param>
/// <param name="ends">Where the value of each ends in <paramref name="values"/>; it begins where the one before ends.</param>
/// <param name="values">Their values, one behind the other.</param>
/// <param name="headers">What their headers say; null where none says anything.</param>
internal sealed class StreamEvents(long[] offsets, int[] ends, byte[] values, EventHeaders[]? headers)
{
    // What an event takes besides its value.
    private const int BytesOfEvent = sizeof(long) + sizeof(int);
    private const int BytesOfHeaders = 40;

    public int Count => offsets.Length;

    public long First => offsets[0];

    public long SizeInBytes => values.Length + (Count * (BytesOfEvent + (headers is null ? 0 : BytesOfHeaders)));

    public long OffsetOf(int index) => offsets[index];

    public EventHeaders HeadersOf(int index) => headers is null ? EventHeaders.None : headers[index];

    public int LengthOf(int index) => ends[index] - StartOf(index);

    public ReadOnlyMemory<byte> ValueOf(int index) => values.AsMemory(StartOf(index), LengthOf(index));

    /// <summary>The index of the first event at an offset or behind it; <see cref="Count"/> where there is none.</summary>
    public int IndexOf(long offset)
    {
        var found = Array.BinarySearch(offsets, offset);
        return found >= 0 ? found : ~found;
    }

    /// <summary>How many events from an index on make up a batch: as many as fit, and one at least.</summary>
    public int CountOf(int from, int maxBytes)
    {
        var count = 1;
        while (from + count < Count && ends[from + count] - StartOf(from) <= maxBytes)
        {
            count++;
        }

        return count;
    }

    private int StartOf(int index) => index == 0 ? 0 : ends[index - 1];
}
