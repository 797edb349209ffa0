using OrleansQueue.Broker;

namespace OrleansQueue.Formats;

/// <summary>What a silo tells of itself.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Version">The version that it runs.</param>
/// <param name="Range">What it reads and can write.</param>
internal sealed record SiloFormats(KnownSilo Silo, string Version, FormatRange Range)
{
    /// <summary>As whoever asks for the cluster sees it.</summary>
    public SiloDescription Describe() => new(Silo.Name, Silo.Address, Version, Range.Oldest, Range.Newest);
}

/// <summary>A silo that is in the cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address, which no other silo and no earlier one of the name has.</param>
internal sealed record KnownSilo(string Name, string Address)
{
    /// <summary>One that has not told anything yet.</summary>
    public SiloDescription Describe() => new(Name, Address, null, null, null);
}
