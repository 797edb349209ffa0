namespace OrleansQueue.Core.Tests.Support;

/// <summary>Tests that watch the whole process. They run when all others are over, whose threads and files would be in what they see.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
