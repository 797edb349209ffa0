namespace OrleansQueue.Streams.Delivery;

/// <summary>
/// A stream that the agent registers: it learns who is subscribed, which may take a while. Until then nothing from <paramref name="start"/> on
/// counts as finished.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="start">Where subscriptions begin that ask for nothing else.</param>
internal sealed class Pin(StreamId stream, long start)
{
    public StreamId Stream => stream;

    public long Start => start;
}
