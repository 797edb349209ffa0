using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Tests;

/// <summary>The disk loses what it may lose, and nothing else.</summary>
public sealed class DiskTests
{
    private const string Path = "/folder/file";

    private readonly World _world = new(1, keepsText: false);
    private readonly SimulatedDisk _disk = new();
    private readonly FaultCounts _counts = new();
    private readonly DiskTrouble _trouble;
    private readonly Process _process;
    private readonly ProcessDisk _open;

    public DiskTests()
    {
        _trouble = new DiskTrouble(_world, _counts);
        _process = new Process(_world, "process");
        _open = new ProcessDisk(_disk, _process, _trouble, _world);
        _open.CreateFolder("/folder");
        _open.SyncFolder("/");
    }

    [Fact]
    public void What_was_synced_is_there_after_loss_of_power_and_what_was_not_is_lost_in_some_run()
    {
        var file = Create();
        file.Write(0, [1, 2, 3]);
        file.Sync();
        file.Write(3, [4]);
        Assert.Equal([1, 2, 3, 4], Content());
        var lengths = new HashSet<int>();
        for (var run = 0; run < 20; run++)
        {
            file.Write(3, [4]);
            _disk.LosePower(new Dice(run, "power"));
            Assert.Equal([1, 2, 3], Content()[..3]);
            lengths.Add(Content().Length);
            file.SetLength(3);
            file.Sync();
        }

        Assert.Equal([3, 4], lengths.Order());
    }

    [Fact]
    public void A_write_is_torn_at_sectors_in_some_run()
    {
        var file = Create();
        file.Write(0, new byte[4 * DiskFile.Sector]);
        file.Sync();
        var torn = 0;
        for (var run = 0; run < 40; run++)
        {
            file.Write(0, Enumerable.Repeat((byte)1, 4 * DiskFile.Sector).ToArray());
            _disk.LosePower(new Dice(run, "power"));
            var sectors = Content().Chunk(DiskFile.Sector).Select(sector => Assert.Single(sector.Distinct())).ToList();
            torn += sectors.Distinct().Count() == 2 ? 1 : 0;
            file.Write(0, new byte[4 * DiskFile.Sector]);
            file.Sync();
        }

        Assert.NotEqual(0, torn);
    }

    [Fact]
    public void A_name_that_was_not_synced_is_lost_in_some_run_and_names_come_back_in_their_order()
    {
        var seen = new HashSet<string>();
        for (var run = 0; run < 20; run++)
        {
            var disk = new SimulatedDisk();
            var open = new ProcessDisk(disk, _process, _trouble, _world);
            open.CreateFolder("/folder");
            open.SyncFolder("/");
            open.Open("/folder/a", create: true).Dispose();
            open.Open("/folder/b", create: true).Dispose();
            disk.LosePower(new Dice(run, "power"));
            seen.Add(string.Join(' ', open.List("/folder")));
        }

        Assert.Equal(["", "a", "a b"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void After_a_sync_that_failed_a_second_one_saves_nothing()
    {
        var file = Create();
        _trouble.SyncErrors = 1;
        var lost = 0;
        for (var run = 0; run < 20; run++)
        {
            file.Write(run, [1]);
            Assert.Throws<IOException>(file.Sync);
            Assert.Equal(run + 1, Content().Length);
        }

        _trouble.SyncErrors = 0;
        file.Sync();
        _disk.LosePower(new Dice(1, "power"));
        lost += Content().Count(value => value == 0) + 20 - Content().Length;
        Assert.NotEqual(0, lost);
        Assert.Equal(20, _counts[FaultKind.SyncError]);
    }

    [Theory]
    [InlineData(CrashPoint.Before, 0, 0)]
    [InlineData(CrashPoint.During, 0, 100)]
    [InlineData(CrashPoint.After, 100, 100)]
    internal void A_process_dies_at_a_step_and_does_nothing_more(CrashPoint point, int least, int most)
    {
        var file = Create();
        _trouble.CrashAfter(0, point);
        Assert.Throws<ProcessDiedException>(() => file.Write(0, new byte[100]));
        Assert.True(_process.IsDead);
        Assert.InRange(_disk.FindFile(Path)!.Length, least, most);
        Assert.Throws<ProcessDiedException>(() => _open.List("/folder"));
        Assert.Throws<ProcessDiedException>(() => file.Sync());
    }

    [Fact]
    public void A_full_disk_takes_no_more_but_can_be_written_over()
    {
        var file = Create();
        file.Write(0, new byte[100]);
        _disk.Capacity = 100;
        file.Write(0, [1]);
        Assert.Equal(28, Assert.Throws<IOException>(() => file.Write(100, [1])).HResult);
        Assert.Equal(1, _counts[FaultKind.DiskFull]);
    }

    [Fact]
    public void A_short_write_leaves_a_part_and_an_error()
    {
        var file = Create();
        _trouble.ShortWrites = 1;
        Assert.Throws<IOException>(() => file.Write(0, new byte[100]));
        Assert.InRange(Content().Length, 0, 100);
        Assert.Equal(1, _counts[FaultKind.ShortWrite]);
    }

    [Fact]
    public void A_bit_that_was_turned_over_stays_so()
    {
        var file = Create();
        file.Write(0, [1]);
        file.Sync();
        _disk.FindFile(Path)!.Flip(0, bit: 1);
        Assert.Equal([3], Content());
        _disk.LosePower(new Dice(1, "power"));
        Assert.Equal([3], Content());
    }

    private OrleansQueue.Storage.Files.IDiskFile Create()
    {
        var file = _open.Open(Path, create: true);
        _open.SyncFolder("/folder");
        return file;
    }

    private byte[] Content() => _disk.FindFile(Path)!.Bytes.ToArray();
}
