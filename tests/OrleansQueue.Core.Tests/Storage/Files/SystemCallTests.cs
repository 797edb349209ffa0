using System.Diagnostics;
using System.Globalization;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;
using Xunit.Abstractions;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>The syncs reach the operating system: there have been releases of .NET in which they did not.</summary>
[Collection(Alone.Name)]
public sealed class SystemCallTests(ITestOutputHelper output) : IDisposable
{
    private const string Tracer = "/usr/bin/strace";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commits_and_rolls_are_followed_by_fsync_of_the_right_file_and_folder()
    {
        if (!File.Exists(Tracer))
        {
            output.WriteLine($"Nothing was traced, since {Tracer} is not here.");
            return;
        }

        var trace = Path.Combine(_folder.Path, "trace");
        var root = Path.Combine(_folder.Path, "store");
        if (await TraceAsync(trace) is not { } tracer)
        {
            return;
        }

        using (tracer)
        {
            await RunAsync(root);
            await EndAsync(tracer);
        }

        var calls = await File.ReadAllLinesAsync(trace);
        var synced = calls.Where(line => line.Contains("sync(", StringComparison.Ordinal)).ToList();
        var logFolder = Path.Combine(root, "logs", "orders");
        AssertLargeCommitIsSynced(calls, $"<{logFolder}/00000000000000000000.log>");
        Assert.Contains(synced, line => line.Contains(Path.Combine(root, "wal") + "/", StringComparison.Ordinal));
        Assert.Contains(synced, line => line.Contains($"<{logFolder}/00000000000000000000.log>", StringComparison.Ordinal));
        Assert.Contains(synced, line => line.Contains($"<{logFolder}/00000000000000000002.log.new>", StringComparison.Ordinal));
        Assert.True(synced.Count(line => line.Contains($"<{logFolder}>", StringComparison.Ordinal)) >= 2, string.Join('\n', synced));
        Assert.Contains(synced, line => line.Contains($"<{Path.Combine(root, "logs")}>", StringComparison.Ordinal));
    }

    /// <summary>Has this process traced, each of its threads; null where that is not allowed.</summary>
    private async Task<Process?> TraceAsync(string trace)
    {
        string[] arguments = ["-f", "-y", "-e", "trace=open,openat,pwrite64,pwritev,fsync,fdatasync", "-o", trace, "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)];
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var tracer = Process.Start(new ProcessStartInfo(Tracer, arguments) { RedirectStandardError = true })!;
            var first = await tracer.StandardError.ReadLineAsync();
            if (first?.Contains("attached", StringComparison.Ordinal) != true)
            {
                output.WriteLine($"Nothing was traced, since this process may not be: {first}");
                tracer.Dispose();
                return null;
            }

            if (IsTracedBy(tracer.Id))
            {
                return tracer;
            }

            // It attaches to the threads that it finds, one after the other; one that is started meanwhile can slip through.
            await EndAsync(tracer);
            tracer.Dispose();
        }

        throw new InvalidOperationException("Threads were started all the while, so that not each was traced.");
    }

    private static bool IsTracedBy(int tracer)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"TracerPid:\t{tracer}");
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                if (!File.ReadLines(Path.Combine(thread, "status")).Contains(line))
                {
                    return false;
                }
            }
            catch (IOException) when (!Directory.Exists(thread))
            {
                // It has ended since the list was made.
            }
        }

        return true;
    }

    /// <summary>Asked to end, it lets the process go and writes what it saw.</summary>
    private static async Task EndAsync(Process tracer)
    {
        using var end = Process.Start("kill", ["-TERM", tracer.Id.ToString(CultureInfo.InvariantCulture)]);
        await end.WaitForExitAsync();
        await tracer.StandardError.ReadToEndAsync();
        await tracer.WaitForExitAsync();
    }

    /// <summary>
    /// Two syncs of the segment follow the last write of batches to it: the commit's and, before the new file is made, the roll's. A
    /// write that went around the page cache needs them like another, or its end and the file's length are not on the device. It
    /// goes around, through a handle of its own, wherever the file system lets it.
    /// </summary>
    private void AssertLargeCommitIsSynced(string[] calls, string segment)
    {
        bool IsOfSegment(string line, string call) => line.Contains(call, StringComparison.Ordinal) && line.Contains(segment, StringComparison.Ordinal);
        bool IsMark(string line) => line.Contains(", 20, 512", StringComparison.Ordinal) || line.Contains(", 20, 1024", StringComparison.Ordinal);

        var roll = Array.FindIndex(calls, line => line.Contains("00000000000000000002.log.new", StringComparison.Ordinal));
        var written = Array.FindLastIndex(calls, line => IsOfSegment(line, "pwrite") && !IsMark(line));
        Assert.InRange(written, 0, roll);
        Assert.True(calls[written..roll].Count(line => IsOfSegment(line, "sync(")) == 2, string.Join('\n', calls[..roll]));

        using var probe = File.OpenHandle(Path.Combine(_folder.Path, "probe"), FileMode.Create, FileAccess.ReadWrite);
        using var direct = DirectHandle.TryOpen(probe);
        var handles = calls.Where(line => IsOfSegment(line, "pwrite")).Select(line => line.Split('(', '<')[1]).Distinct();
        Assert.Equal(direct is null ? 1 : 2, handles.Count());
    }

    private static async Task RunAsync(string root)
    {
        await using var store = await FileLogStore.OpenAsync(FileStores.Options(root));
        await using var log = await TestLog.OpenAsync(store, StoreOnDisk.Orders);
        await log.KeepAsync("small");
        await log.KeepAsync(StoreOnDisk.Large('l', 300_000));
        Assert.Equal(OrleansQueue.Storage.StoreOutcome.Done, await log.RollAsync());
    }
}
