using Orleans.Metadata;

namespace OrleansQueue.Grains.Hosting;

/// <summary>
/// Has each activation of the broker's grains give up its thread once while it becomes active. Orleans 10.2.2 starts an activation under its lock
/// (<c>ActivationData.Start</c>), and where nothing on the way waits for anything, as with one silo, it invokes the first request there, too. Two such
/// grains that call each other, as the catalogue and the index of duties do, then each wait for the other's lock for ever.
/// </summary>
internal sealed class ActivationTurns : IConfigureGrainTypeComponents
{
    private const string Own = "oq-";

    public void Configure(GrainType grainType, GrainProperties properties, GrainTypeSharedContext shared)
    {
        if (grainType.ToString()!.StartsWith(Own, StringComparison.Ordinal) && shared.GetComponent<IGrainActivator>() is { } activator)
        {
            shared.SetComponent<IGrainActivator>(new TurnTaking(activator));
        }
    }

    private sealed class TurnTaking(IGrainActivator activator) : IGrainActivator, ILifecycleObserver
    {
        public object CreateInstance(IGrainContext context)
        {
            context.ObservableLifecycle.Subscribe(nameof(ActivationTurns), GrainLifecycleStage.First, this);
            return activator.CreateInstance(context);
        }

        public ValueTask DisposeInstance(IGrainContext context, object instance) => activator.DisposeInstance(context, instance);

        public async Task OnStart(CancellationToken cancellationToken) => await Task.Yield();

        public Task OnStop(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
