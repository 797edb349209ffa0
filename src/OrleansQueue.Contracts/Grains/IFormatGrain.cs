using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Grains;

/// <summary>Keeps the level of the formats that the cluster writes. There is one, with key 0.</summary>
[Alias("oq.IFormatGrain")]
internal interface IFormatGrain : IGrainWithIntegerKey
{
    /// <summary>A silo tells what it knows, before it takes part and every few seconds from then on. The answer is the level that the cluster writes.</summary>
    [Alias("announce")]
    ValueTask<int> AnnounceAsync(SiloRow silo);

    /// <summary>Tells what the cluster is.</summary>
    [Alias("describe")]
    ValueTask<ClusterAnswer> DescribeAsync();

    /// <summary>Raises the level to the highest that all silos know.</summary>
    [Alias("raise")]
    ValueTask<RaiseFormatAnswer> RaiseAsync();
}
