namespace OrleansQueue.Grains.Tests.Support;

/// <summary>Tests that share one cluster.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSilos : ICollectionFixture<ThreeSilos>
{
    public const string Name = "three silos";
}
