using Orleans.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Stores;

/// <summary>Tells the store of the silo that it is on.</summary>
[GrainType("oq-store"), Immovable]
internal sealed class StoreGrain(IGrainContext context, SiloBroker silo, ILocalSiloDetails details) : IGrainBase, IStoreGrain
{
    public IGrainContext GrainContext => context;

    public ValueTask<StoreDescription> DescribeAsync() => new(new StoreDescription(silo.Logs.Id, silo.StoreName, details.Name));
}
