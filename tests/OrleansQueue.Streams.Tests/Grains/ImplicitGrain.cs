using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Grains;

public interface IImplicitGrain : IGrainWithStringKey
{
    Task LeaveAsync();
}

/// <summary>Is subscribed to the streams of a topic because it says so, and notes what it gets under the stream's key.</summary>
[ImplicitStreamSubscription(Topic)]
public sealed class ImplicitGrain : Grain, IImplicitGrain, IStreamSubscriptionObserver
{
    public const string Topic = "implicit-events";

    public static string NameOf(string key) => $"implicit {key}";

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<TestEvent>().ResumeAsync((item, token) =>
        {
            Deliveries.Of(NameOf(this.GetPrimaryKeyString())).Add(new Delivered(item, token.SequenceNumber));
            return Task.CompletedTask;
        });

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
