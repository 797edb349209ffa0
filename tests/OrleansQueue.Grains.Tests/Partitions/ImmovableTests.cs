using Orleans.Placement;
using OrleansQueue.Grains.Partitions;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>Orleans moves no grain of ours by itself: who owns a log or a store says where it is.</summary>
public sealed class ImmovableTests
{
    [Fact]
    public void Every_grain_is_immovable()
    {
        var grains = typeof(PartitionGrain).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IGrain).IsAssignableFrom(type)
            && typeof(IGrainBase).IsAssignableFrom(type)).ToList();

        Assert.Contains(typeof(PartitionGrain), grains);
        Assert.All(grains, grain => Assert.True(grain.IsDefined(typeof(ImmovableAttribute), inherit: false), $"{grain.Name} is not immovable."));
    }
}
