using Orleans.Streams;

namespace OrleansQueue.Streams.Delivery;

/// <summary>Tells the agent that a stream has something to deliver. It holds no event: those come through cursors.</summary>
internal sealed class StreamNotice(StreamId stream, StreamSequenceToken token) : IBatchContainer
{
    public StreamId StreamId => stream;

    public StreamSequenceToken SequenceToken => token;

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [];

    public bool ImportRequestContext() => false;
}
