using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Many logs whose segments the checkpoint cannot sync one for each round: it must not fall behind without end.</summary>
public sealed class WriteAheadBacklogTests
{
    private const int Logs = 60;
    private const int Rounds = 40;

    [Fact]
    public async Task Commits_that_never_pause_keep_no_more_than_a_few_write_ahead_files()
    {
        var disk = new ForgetfulDisk();
        var store = await FileStores.OpenAsync(disk, FileStores.Options(writeAheadFileBytes: 16 << 10));
        var logs = new List<TestLog>();
        for (var i = 0; i < Logs; i++)
        {
            logs.Add(await TestLog.OpenAsync(store, LogId.Parse($"log-{i}")));
        }

        var next = new long[Logs];
        var commits = new List<Task<StoreOutcome>>();
        var rounds = 0;
        void CommitHalf(int half)
        {
            rounds++;
            for (var i = half; i < Logs; i += 2)
            {
                commits.Add(logs[i].Log.AppendAsync([logs[i].Stored(new Offset(next[i]++), new string('x', 400))]).AsTask());
            }
        }

        // While one half of the logs is written the other half commits, so the queue is never empty.
        disk.OnWrite = path =>
        {
            var half = path.Contains("/log-0/", StringComparison.Ordinal) ? 1 : path.Contains("/log-1/", StringComparison.Ordinal) ? 0 : -1;
            if (half >= 0 && rounds < Rounds && rounds % 2 == half)
            {
                CommitHalf(half);
            }
        };
        CommitHalf(0);

        Assert.All(await Task.WhenAll(commits), outcome => Assert.Equal(StoreOutcome.Done, outcome));
        Assert.Equal(Rounds * Logs / 2, commits.Count);
        Assert.InRange(disk.Files().Count(path => path.EndsWith(".wal", StringComparison.Ordinal)), 1, 8);
    }
}
