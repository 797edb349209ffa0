using System.Text.Json;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>
/// Some <c>oq consume --group</c> that share a topic while silos, and now and then one of them, are killed. Each line that one
/// prints is noted; in the end every offset must have been printed by one of them.
/// </summary>
internal sealed class GroupWatch : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Oq _oq;
    private readonly string _topic;
    private readonly string _group;
    private readonly HashSet<long>[] _seen;
    private readonly RunningProcess[] _members;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _wrong;

    private GroupWatch(Oq oq, string topic, string group, int partitions, int members)
    {
        (_oq, _topic, _group) = (oq, topic, group);
        _seen = [.. Enumerable.Range(0, partitions).Select(_ => new HashSet<long>())];
        _members = [.. Enumerable.Range(0, members).Select(_ => Start())];
    }

    /// <summary>How many lines told of a message that had been printed before.</summary>
    public long Repeated { get; private set; }

    /// <summary>Starts the members. All are connected when it returns: where no silo is there, <c>oq</c> gives up after 10 s, and rightly.</summary>
    public static async Task<GroupWatch> StartAsync(Oq oq, string topic, string group, int partitions, int members)
    {
        var watch = new GroupWatch(oq, topic, group, partitions, members);
        foreach (var member in watch._members)
        {
            await ConnectedAsync(member);
        }

        return watch;
    }

    /// <summary>Kills a member with what it has in hand, and starts another in its place, which is connected when it returns.</summary>
    public async Task KillAsync(int member)
    {
        await _members[member].DisposeAsync();
        _members[member] = Start();
        await ConnectedAsync(_members[member]);
    }

    /// <summary>Waits until every offset of every partition was printed; then ends the members as Ctrl-C does.</summary>
    public async Task EndAsync(IReadOnlyList<long> ends)
    {
        while (MissingOf(ends, out var more) is { } missing)
        {
            await Task.WhenAny([more, .. _members.Select(member => member.Ended)]).WaitAsync(Patience.Long);
            Assert.True(Array.TrueForAll(_members, member => member.IsRunning), $"A member ended while {missing} was missing:\n{string.Join('\n', _members.SelectMany(member => member.Error.All))}");
        }

        foreach (var member in _members)
        {
            await member.SignalAsync("INT");
            Assert.Equal(0, await member.EndAsync());
        }

        for (var partition = 0; partition < ends.Count; partition++)
        {
            Assert.Equal(ends[partition], _seen[partition].Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    // A member of a group says at once that a place to begin may not count, and says so when it is connected.
    private RunningProcess Start() => _oq.Start(["consume", _topic, "--group", _group, "--from-beginning", "--json"], Take);

    private static Task<string> ConnectedAsync(RunningProcess member) => member.Error.BeginningAsync("Where to begin");

    /// <summary>What is missing, and when there is more than was looked at here; null where nothing is.</summary>
    private string? MissingOf(IReadOnlyList<long> ends, out Task more)
    {
        lock (_lock)
        {
            more = _more.Task;
            if (_wrong is not null)
            {
                throw new InvalidOperationException($"A line is wrong: {_wrong.Message}", _wrong);
            }

            var partition = Enumerable.Range(0, ends.Count).FirstOrDefault(number => _seen[number].Count < ends[number], -1);
            return partition < 0 ? null : $"one of {ends[partition] - _seen[partition].Count} messages of partition {partition}";
        }
    }

    private void Take(string line)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            try
            {
                using var message = JsonDocument.Parse(line);
                var isNew = _seen[message.RootElement.GetProperty("partition").GetInt32()].Add(message.RootElement.GetProperty("offset").GetInt64());
                Repeated += isNew ? 0 : 1;
            }
            catch (Exception wrong)
            {
                _wrong ??= wrong;
            }

            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }
}
