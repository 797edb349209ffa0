namespace OrleansQueue.SiloHost.Tests;

/// <summary>Tests that bound a time. They run when all others are over, which would take the machine from them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
