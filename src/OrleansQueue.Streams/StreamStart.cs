using OrleansQueue.Client;

namespace OrleansQueue;

/// <summary>Where a subscriber wants to go on.</summary>
public sealed class StreamStart
{
    private StreamStart(StartAt place, OffsetToken? token = null)
    {
        Place = place;
        Token = token;
    }

    /// <summary>At the first event that the topic still has.</summary>
    public static StreamStart Beginning { get; } = new(StartAt.Earliest);

    /// <summary>The place, as readers are told.</summary>
    internal StartAt Place { get; }

    /// <summary>The token itself, where nobody needs to be asked for it.</summary>
    internal OffsetToken? Token { get; }

    /// <summary>At the first event as late as <paramref name="time"/>, by the broker's clock; behind the last event where none is.</summary>
    public static StreamStart Time(DateTimeOffset time) => new(StartAt.Time(time));

    /// <summary>At the event of an offset, or the next one of the stream.</summary>
    public static StreamStart Offset(Offset offset) => new(StartAt.Offset(offset), new OffsetToken(offset));
}
