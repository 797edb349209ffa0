using OrleansQueue.Contracts.Grains;

namespace OrleansQueue;

/// <summary>A silo that would join a cluster keeps its logs in another store than that cluster, so it does not start.</summary>
public sealed class StoreMismatchException : Exception
{
    private StoreMismatchException(string message)
        : base(message)
    {
    }

    internal static StoreMismatchException Of(string name, StoreId id, StoreDescription cluster) => new(
        $"This silo keeps its logs in {name} (store {id}), but silo {cluster.Silo} of the cluster keeps them in {cluster.Name} (store {cluster.Id}). "
        + "Silos of one cluster need one store that they share: azure-blobs.");
}
