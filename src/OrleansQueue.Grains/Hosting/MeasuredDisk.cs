using OrleansQueue.Storage.Files;
using OrleansQueue.Telemetry;

namespace OrleansQueue.Grains.Hosting;

/// <summary>A disk that tells how long its syncs take.</summary>
internal sealed class MeasuredDisk(IDisk disk, TimeProvider clock, BrokerMetrics metrics) : IDisk
{
    public IDiskFile Open(string path, bool create) => new MeasuredFile(disk.Open(path, create), clock, metrics);

    public bool FileExists(string path) => disk.FileExists(path);

    public long LengthOf(string path) => disk.LengthOf(path);

    public IReadOnlyList<string> List(string folder) => disk.List(folder);

    public void CreateFolder(string path) => disk.CreateFolder(path);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void Delete(string path) => disk.Delete(path);

    public void DeleteFolder(string path) => disk.DeleteFolder(path);

    public void SyncFolder(string path) => disk.SyncFolder(path);

    public bool IsOnNetwork(string folder) => disk.IsOnNetwork(folder);

    public IDisposable? TryLock(string path) => disk.TryLock(path);

    private sealed class MeasuredFile(IDiskFile file, TimeProvider clock, BrokerMetrics metrics) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(long position, Span<byte> into) => file.Read(position, into);

        public void Write(long position, ReadOnlySpan<byte> bytes) => file.Write(position, bytes);

        public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool syncFollows) => file.Write(position, parts, syncFollows);

        public void SetLength(long length) => file.SetLength(length);

        public void Sync()
        {
            var began = clock.GetTimestamp();
            file.Sync();
            metrics.Synced(clock.GetElapsedTime(began));
        }

        public void Dispose() => file.Dispose();
    }
}
