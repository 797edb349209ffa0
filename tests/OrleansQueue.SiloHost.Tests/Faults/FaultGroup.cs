namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>The members of a group, some of which come and go, and how far they have come together.</summary>
internal sealed class FaultGroup(FaultRun run) : IAsyncDisposable
{
    private readonly List<FaultMember> _members = [];

    public GroupHistory History { get; } = new(run.History, FaultRun.Topic);

    public Frontier Delivered { get; } = new(run.Partitions);

    public async Task JoinAsync() => _members.Add(await FaultMember.JoinAsync(run, this));

    /// <summary>The member that has been there longest leaves, and a new one joins.</summary>
    public async Task ReplaceAsync()
    {
        var oldest = _members[0];
        _members.RemoveAt(0);
        await JoinAsync();
        await oldest.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _members.Clear();
    }
}
