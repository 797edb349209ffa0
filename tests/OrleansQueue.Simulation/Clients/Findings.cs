using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>What a client saw and must not have seen.</summary>
internal sealed class Findings(World world)
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string finding)
    {
        world.Note("FOUND", finding);
        _all.Add(finding);
    }
}
