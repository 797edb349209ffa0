using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>
/// A run that does a bit of everything, always in the same order, and remembers what was acknowledged: several logs, small and
/// large commits, rolls, deletions, new owners, sidecars, marks, and write-ahead files so small that they turn over.
/// </summary>
internal sealed class PowerLossRun(ForgetfulDisk disk)
{
    public static readonly LogId[] Logs = [.. "abc".Select(name => LogId.Parse(name.ToString()))];

    private readonly Dictionary<LogId, Life> _lives = Logs.ToDictionary(log => log, _ => new Life());
    private readonly ManualClock _clock = new();

    public ForgetfulDisk Disk => disk;

    public static FileStoreOptions Options(ManualClock? clock = null) =>
        FileStores.Options(clock: clock, writeAheadFileBytes: 6000) with { WriteAheadMaxCommitBytes = 600 };

    public async Task RunAsync()
    {
        var store = await FileStores.OpenAsync(disk, Options(_clock));
        var logs = new Dictionary<LogId, TestLog>();
        for (var step = 0; step < 60; step++)
        {
            var id = Logs[step % 7 % Logs.Length];
            var log = logs.GetValueOrDefault(id) ?? (logs[id] = await TestLog.OpenAsync(store, id));
            await AppendAsync(id, log, step);
            _clock.Advance(TimeSpan.FromMilliseconds(300));
            switch (step)
            {
                case 8 or 23 or 41 or 52:
                    Assert.Equal(StoreOutcome.Done, await log.RollAsync());
                    break;
                case 12:
                    await log.Log.WriteSidecarAsync(log.Active, Sidecar.State, "state"u8.ToArray());
                    break;
                case 17 or 34:
                    logs[id] = await TestLog.OpenAsync(store, id);
                    break;
                case 20 or 46:
                    await DeleteAsync(store, id, logs);
                    break;
                case 30:
                    store = await ReopenAsync(store, logs);
                    break;
                case 44 or 56:
                    _lives[id].MayLackBefore = log.Active.Value;
                    await log.DeleteBeforeAsync(log.Active);
                    break;
            }
        }

        await store.DisposeAsync();
    }

    /// <summary>Opens what is left on a disk, holds it against what was acknowledged, adds to it, and returns what it holds then.</summary>
    public async Task<Dictionary<LogId, List<string>>> CheckAsync(ForgetfulDisk after, string when)
    {
        var holds = new Dictionary<LogId, List<string>>();
        var store = await FileStores.OpenAsync(after, Options());
        foreach (var id in Logs)
        {
            var log = await TestLog.RecoverAsync(store, id);
            Assert.True(log.Log.Tail.Damage is null, $"{when}, log {id}: {log.Log.Tail.Damage?.Message}");
            var found = await log.ReadAsync();
            var wrong = _lives[id].FindWrong(found);
            Assert.True(wrong is null, $"{when}, log {id}: {wrong}");
            if (log.Segments.Count == 0)
            {
                Assert.Equal(StoreOutcome.Done, await log.RollAsync());
            }

            await log.KeepAsync("after");
            await log.KeepAsync(new string('x', 700));
            holds[id] = [.. found.Select(record => record.Value), "after", new('x', 700)];
            Assert.Equal(holds[id], await log.ReadValuesAsync());
        }

        return holds;
    }

    private async Task AppendAsync(LogId id, TestLog log, int step)
    {
        var size = step % 5 == 4 ? 1500 : 20 + (step * 7 % 300);
        var value = $"{id} {step} ".PadRight(size, (char)('a' + (step % 26)));
        _lives[id].InFlight = value;
        await log.KeepAsync(value);
        _lives[id].Acknowledge();
    }

    private async Task DeleteAsync(FileLogStore store, LogId id, Dictionary<LogId, TestLog> logs)
    {
        _lives[id].BeginDeletion();
        await store.DeleteAsync(id, CancellationToken.None);
        _lives[id] = new Life();
        logs.Remove(id);
    }

    private async Task<FileLogStore> ReopenAsync(FileLogStore store, Dictionary<LogId, TestLog> logs)
    {
        foreach (var log in logs.Values)
        {
            await log.DisposeAsync();
        }

        logs.Clear();
        await store.DisposeAsync();
        return await FileStores.OpenAsync(disk, Options(_clock));
    }

    /// <summary>A log from its creation to its deletion.</summary>
    private sealed class Life
    {
        private readonly List<string> _acknowledged = [];
        private bool _deleting;

        /// <summary>A value of which it is not known yet what became of it.</summary>
        public string? InFlight { get; set; }

        /// <summary>The offset before which everything may be deleted.</summary>
        public long MayLackBefore { get; set; }

        public void Acknowledge()
        {
            _acknowledged.Add(InFlight!);
            InFlight = null;
        }

        public void BeginDeletion() => _deleting = true;

        /// <summary>What is wrong with what was found, or null.</summary>
        public string? FindWrong(List<(long Offset, string Value)> found)
        {
            if (_deleting && found.Count == 0)
            {
                return null;
            }

            var first = found.Count == 0 ? _acknowledged.Count : found[0].Offset;
            if (first > MayLackBefore && first > 0)
            {
                return $"begins at {first}, may lack only what is before {MayLackBefore}";
            }

            List<string> all = InFlight is null ? _acknowledged : [.. _acknowledged, InFlight];
            var expected = all.Select((value, i) => ((long)i, value)).Skip((int)first).ToList();
            return found.SequenceEqual(expected) || (InFlight is not null && found.SequenceEqual(expected.SkipLast(1)))
                ? null
                : $"holds {Show(found)} instead of {Show(expected)}";
        }

        private static string Show(IEnumerable<(long Offset, string Value)> records) =>
            string.Join(", ", records.Select(record => $"{record.Offset}:{record.Value[..Math.Min(8, record.Value.Length)]}"));
    }
}
