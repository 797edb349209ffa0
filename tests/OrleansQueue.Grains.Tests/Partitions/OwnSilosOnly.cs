using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Placement;
using OrleansQueue.Grains.Placement;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>Has each silo know only its own partitions, so that each makes one of its own of every partition that it is asked for.</summary>
internal static class OwnSilosOnly
{
    public static void Use(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IGrainDirectoryResolver, PartitionDirectories>();
        silo.Services.AddPlacementDirector<PartitionPlacement, HereDirector>();

        // It would have the partitions go to the one silo that they fall to.
        silo.Services.Remove(Assert.Single(silo.Services, service => service.ImplementationType == typeof(PlacementWatch)));
    }

    private sealed class PartitionDirectories : IGrainDirectoryResolver
    {
        private static readonly GrainType Partition = GrainType.Create("oq-partition");

        private readonly OwnDirectory _directory = new();

        public bool TryResolveGrainDirectory(GrainType grainType, GrainProperties properties, out IGrainDirectory grainDirectory)
        {
            grainDirectory = _directory;
            return grainType == Partition;
        }
    }

    private sealed class HereDirector : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) => Task.FromResult(context.LocalSilo);
    }

    private sealed class OwnDirectory : IGrainDirectory
    {
        private readonly ConcurrentDictionary<GrainId, GrainAddress> _grains = new();

        public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(_grains.GetOrAdd(address.GrainId, address));

        public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Task.FromResult<GrainAddress?>(_grains.AddOrUpdate(
            address.GrainId, address, (_, there) => previousAddress is not null && there.ActivationId == previousAddress.ActivationId ? address : there));

        public Task Unregister(GrainAddress address)
        {
            if (_grains.TryGetValue(address.GrainId, out var there) && there.ActivationId == address.ActivationId)
            {
                _grains.TryRemove(new KeyValuePair<GrainId, GrainAddress>(address.GrainId, there));
            }

            return Task.CompletedTask;
        }

        public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(_grains.GetValueOrDefault(grainId));

        public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
    }
}
