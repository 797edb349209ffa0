namespace OrleansQueue.Simulation.Mutations;

/// <summary>A place of the code under test, and what takes its place.</summary>
/// <param name="File">The file, below src/OrleansQueue.Core.</param>
/// <param name="Old">What stands there, exactly once.</param>
/// <param name="New">What stands there instead.</param>
internal sealed record Edit(string File, string Old, string New);

/// <summary>A fault put into the code on purpose, which the simulation must find.</summary>
/// <param name="Name">What the code then does.</param>
/// <param name="Edits">How it is made to.</param>
internal sealed record Mutation(string Name, IReadOnlyList<Edit> Edits)
{
    public Mutation(string name, string file, string old, string @new)
        : this(name, [new Edit(file, old, @new)])
    {
    }
}
