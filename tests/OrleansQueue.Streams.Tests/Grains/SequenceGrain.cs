using Orleans.Streams;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Grains;

public interface ISequenceGrain : IGrainWithStringKey
{
    Task SubscribeAsync(StreamId stream);
}

/// <summary>Follows one stream, and waits where the test has it wait.</summary>
public sealed class SequenceGrain : Grain, ISequenceGrain
{
    public Task SubscribeAsync(StreamId stream) => this.GetStreamProvider(StreamSilos.Provider).GetStream<TestEvent>(stream)
        .SubscribeAsync((item, _) => Sequences.Of(this.GetPrimaryKeyString()).TakeAsync(item.Number));
}
