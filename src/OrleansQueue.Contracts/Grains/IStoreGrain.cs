namespace OrleansQueue.Contracts.Grains;

/// <summary>Tells which store the cluster keeps its logs in. There is one such grain.</summary>
[Alias("oq.IStoreGrain")]
internal interface IStoreGrain : IGrainWithIntegerKey
{
    /// <summary>The store of the silo that this grain happens to be on.</summary>
    [Alias("describe")]
    ValueTask<StoreDescription> DescribeAsync();
}

/// <summary>A store of logs.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">What people know it by.</param>
/// <param name="Silo">The silo that uses it.</param>
[GenerateSerializer, Immutable, Alias("oq.store")]
internal sealed record StoreDescription([property: Id(0)] StoreId Id, [property: Id(1)] string Name, [property: Id(2)] string Silo);
