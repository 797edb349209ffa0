using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>Something that an application does with the broker, and a check that all of it was done.</summary>
internal interface IScenario
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    string Name { get; }

    /// <summary>How many steps it takes for a number of messages.</summary>
    int StepsOf(int messages);

    /// <summary>Runs it.</summary>
    /// <param name="demo">Where it runs, and how large it is.</param>
    /// <param name="step">Called after each step, from any thread.</param>
    /// <param name="cancellationToken">Ends it before its end.</param>
    Task<ScenarioReport> RunAsync(Demo demo, Action step, CancellationToken cancellationToken);
}

/// <summary>What became of a scenario.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Published">Messages that were acknowledged, in all topics.</param>
/// <param name="Processed">Messages that a handler finished.</param>
/// <param name="Retried">Attempts that failed and were followed by another.</param>
/// <param name="DeadLettered">Messages that are in a dead-letter topic.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Problem">What was not as it had to be; null where everything was.</param>
internal sealed record ScenarioReport(string Scenario, long Published, long Processed, long Retried, long DeadLettered, TimeSpan Elapsed, string? Problem);
