namespace OrleansQueue.Streams.Tests.Support;

/// <summary>An event of a test.</summary>
/// <param name="Producer">Who published it.</param>
/// <param name="Number">Which of the producer's events it is, from 0 on.</param>
[GenerateSerializer, Immutable]
public sealed record TestEvent([property: Id(0)] string Producer, [property: Id(1)] int Number);
