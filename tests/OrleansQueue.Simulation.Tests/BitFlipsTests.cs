using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Tests;

/// <summary>Bits are turned over where the store promises to notice, and nowhere else.</summary>
public sealed class BitFlipsTests : IDisposable
{
    private const int Bytes = 1_000;

    private readonly FaultCounts _counts = new();
    private readonly Cluster _cluster;
    private readonly Scene _scene;

    public BitFlipsTests()
    {
        var world = new World(1, keepsText: false);
        var plan = Plan.Of(1) with { Topics = [1] };
        _cluster = new Cluster(world, plan, new Network(world, _counts));
        _scene = new Scene(world, plan, _cluster, _counts);
    }

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void Below_a_mark_that_a_failed_sync_kept_from_the_device_no_bit_is_turned_over()
    {
        var (turned, unmarked) = (0, 0);
        for (var run = 0; run < 100; run++)
        {
            var (disk, file) = WriteSegment();
            var (at, mark) = SegmentHeader.WriteMark(1, Bytes);
            file.Write(at, mark);
            file.SyncInPart(new Dice(run, "sync"));
            new BitFlips(_scene, disk, new Dice(run, "flips")).FlipAtRest();

            // Reads go on to show the mark until the power goes; without it nothing tells a turned bit from a torn tail.
            file.LosePower(new Dice(run, "power"));
            var isTurned = file.Bytes[SegmentHeader.Size..].ContainsAnyExcept((byte)0);
            var isMarked = SegmentHeader.ReadMark(file.Bytes[..SegmentHeader.Size]).Position == Bytes;
            Assert.True(isMarked || !isTurned, $"Run {run} turned a bit over that nothing protects.");
            turned += isTurned ? 1 : 0;
            unmarked += isMarked ? 0 : 1;
        }

        Assert.NotEqual(0, turned);
        Assert.NotEqual(0, unmarked);
    }

    /// <summary>The segment of the only partition, synced and without a mark; its zeros have no batch whose header could be met.</summary>
    private (SimulatedDisk Disk, DiskFile File) WriteSegment()
    {
        var partition = _cluster.AllPartitions.Single();
        var log = LogId.ForPartition(partition.Topic, partition.Partition);
        var (disk, file) = (new SimulatedDisk(), new DiskFile());
        disk.MakeFolder($"/store/logs/{log}").Put(SegmentName.OfLog(Offset.Zero), file);
        file.Write(0, SegmentHeader.Write(new StoreId(Guid.Empty), log, Offset.Zero, new(0), FormatLevel.First));
        file.Write(SegmentHeader.Size, new byte[Bytes]);
        file.Sync();
        return (disk, file);
    }
}
