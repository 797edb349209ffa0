using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Grains;

public interface IManagedGrain : IGrainWithStringKey;

/// <summary>Is subscribed by others, and notes what it gets under its own key.</summary>
public sealed class ManagedGrain : Grain, IManagedGrain, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<TestEvent>().ResumeAsync((item, token) =>
    {
        Deliveries.Of(this.GetPrimaryKeyString()).Add(new Delivered(item, token.SequenceNumber));
        return Task.CompletedTask;
    });
}
