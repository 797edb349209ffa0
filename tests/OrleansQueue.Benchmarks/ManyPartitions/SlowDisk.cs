using System.Diagnostics;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>The real disk, held to so many syncs a second in all: one at a time, each with its share of the second.</summary>
internal sealed class SlowDisk(int syncsPerSecond) : IDisk
{
    private readonly OperatingSystemDisk _disk = OperatingSystemDisk.Instance;
    private readonly Lock _device = new();
    private long _syncs;
    private long _busyUntil;

    public long Syncs => Interlocked.Read(ref _syncs);

    public IDiskFile Open(string path, bool create) => new SlowFile(this, _disk.Open(path, create));

    public bool FileExists(string path) => _disk.FileExists(path);

    public long LengthOf(string path) => _disk.LengthOf(path);

    public IReadOnlyList<string> List(string folder) => _disk.List(folder);

    public void CreateFolder(string path) => _disk.CreateFolder(path);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void Delete(string path) => _disk.Delete(path);

    public void DeleteFolder(string path) => _disk.DeleteFolder(path);

    public void SyncFolder(string path) => Serve(() => _disk.SyncFolder(path));

    public bool IsOnNetwork(string folder) => _disk.IsOnNetwork(folder);

    public IDisposable? TryLock(string path) => _disk.TryLock(path);

    private void Serve(Action sync)
    {
        Interlocked.Increment(ref _syncs);
        if (syncsPerSecond == 0)
        {
            sync();
            return;
        }

        sync();
        TimeSpan left;
        lock (_device)
        {
            // Syncs are served one behind the other; what a wait overshoots is made up for by the next.
            var now = Stopwatch.GetTimestamp();
            _busyUntil = Math.Max(_busyUntil, now - (Stopwatch.Frequency / 100)) + (Stopwatch.Frequency / syncsPerSecond);
            left = TimeSpan.FromSeconds((_busyUntil - now) / (double)Stopwatch.Frequency);
        }

        if (left > TimeSpan.FromMilliseconds(0.5))
        {
            // Not signalled by anybody: this is the time that the device is busy.
            using var served = new SemaphoreSlim(0);
            served.Wait(left);
        }
    }

    private sealed class SlowFile(SlowDisk disk, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(long position, Span<byte> into) => file.Read(position, into);

        public void Write(long position, ReadOnlySpan<byte> bytes) => file.Write(position, bytes);

        public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool aroundCache) => file.Write(position, parts, aroundCache);

        public void SetLength(long length) => file.SetLength(length);

        public void Sync() => disk.Serve(file.Sync);

        public void Dispose() => file.Dispose();
    }
}
