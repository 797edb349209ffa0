namespace OrleansQueue.ClientDemo.Hosting;

/// <summary>Where the scenarios run.</summary>
/// <param name="Broker">The broker.</param>
/// <param name="Home">Where the scenarios' own grains live, also where the messages go through another cluster.</param>
/// <param name="Folder">A folder for what a scenario writes.</param>
/// <param name="Messages">How large a scenario is to be.</param>
/// <param name="IsElsewhere">Whether the broker is a cluster of others, whose silos may die meanwhile: what was delivered and not settled then comes once more.</param>
internal sealed record Demo(DemoBroker Broker, DemoSilo Home, string Folder, int Messages, bool IsElsewhere)
{
    /// <summary>Tells the topics and groups of this run from those of others on the same cluster.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N")[..8];
}
