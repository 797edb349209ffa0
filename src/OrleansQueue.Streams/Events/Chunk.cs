namespace OrleansQueue.Streams.Events;

/// <summary>One answer of the broker, taken apart by stream.</summary>
/// <param name="From">The offset that was asked for.</param>
/// <param name="End">The offset to read on at.</param>
/// <param name="Streams">The events of each stream in it.</param>
internal sealed record Chunk(long From, long End, IReadOnlyDictionary<StreamId, StreamEvents> Streams)
{
    // What a stream takes besides its events.
    private const int BytesOfStream = 200;

    /// <summary>The memory that it takes.</summary>
    public long SizeInBytes { get; } = Streams.Values.Sum(static events => events.SizeInBytes + BytesOfStream) + BytesOfStream;

    public bool Covers(long offset) => offset >= From && offset < End;
}
