using Orleans.Storage;

namespace OrleansQueue.Grains.Tests.Support;

/// <summary>Lets some writes of grains' states fail, on all silos together.</summary>
internal sealed class FailingWrites
{
    private int _left;

    /// <summary>How many writes are still to fail.</summary>
    public int Left
    {
        get => _left;
        init => _left = value;
    }

    public IGrainStorage Around(IGrainStorage storage) => new Storage(this, storage);

    private void FailIfDue()
    {
        if (Interlocked.Decrement(ref _left) >= 0)
        {
            throw new IOException("The storage of grains' states is away.");
        }
    }

    private sealed class Storage(FailingWrites failing, IGrainStorage inner) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ReadStateAsync(stateName, grainId, grainState);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            failing.FailIfDue();
            return inner.WriteStateAsync(stateName, grainId, grainState);
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ClearStateAsync(stateName, grainId, grainState);
    }
}
