using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>What the silos of a spec keep their logs in, and how many they are.</summary>
public abstract class StreamStorage : IAsyncLifetime
{
    /// <summary>Silos on a place that nobody used before. Silos that are started with the same options go on with what earlier ones stored.</summary>
    internal abstract StreamSilosOptions NewSilos();

    /// <summary>Starts what stores.</summary>
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Ends it, with all that is stored.</summary>
    public virtual Task DisposeAsync() => Task.CompletedTask;
}
