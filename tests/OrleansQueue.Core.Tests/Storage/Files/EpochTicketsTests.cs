using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

public sealed class EpochTicketsTests
{
    private const string Path = FileStores.Root + "/epochs";

    [Fact]
    public void Numbers_rise_from_opening_to_opening_and_none_is_given_out_twice()
    {
        var disk = NewDisk();
        var last = -1;
        for (var opening = 0; opening < 5; opening++)
        {
            var tickets = EpochTickets.Open(disk, Path);
            for (var i = 0; i < 1_500; i++)
            {
                var next = tickets.Next().Value;
                Assert.True(next > last);
                last = next;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    public void Slot_that_was_torn_leaves_the_other_which_is_at_most_one_block_behind(int torn)
    {
        var disk = NewDisk();
        var tickets = EpochTickets.Open(disk, Path);
        for (var i = 0; i < 3_000; i++)
        {
            tickets.Next();
        }

        disk.Corrupt(Path, bytes => bytes[torn] ^= 1);

        Assert.InRange(EpochTickets.Open(disk, Path).Next().Value, 2_048, 3_072);
    }

    [Fact]
    public void Power_lost_at_any_change_never_lets_a_number_be_given_out_again()
    {
        for (var cut = 0; cut < 8; cut++)
        {
            for (var seed = 0; seed < 8; seed++)
            {
                var disk = NewDisk();
                var last = Draw(EpochTickets.Open(disk, Path), () => disk.CutPowerAfter(cut));

                Assert.True(EpochTickets.Open(disk.Restart(seed), Path).Next().Value > last);
            }
        }
    }

    [Fact]
    public void Full_disk_does_not_keep_numbers_back()
    {
        var disk = NewDisk();
        disk.Capacity = EpochTickets.Empty().Length;

        Assert.Equal(0, EpochTickets.Open(disk, Path).Next().Value);
    }

    private static int Draw(EpochTickets tickets, Action cut)
    {
        var last = tickets.Next().Value;
        cut();
        try
        {
            while (true)
            {
                last = tickets.Next().Value;
            }
        }
        catch (PowerLostException)
        {
            return last;
        }
    }

    private static ForgetfulDisk NewDisk()
    {
        var disk = new ForgetfulDisk();
        disk.CreateFolder(FileStores.Root);
        using var file = disk.Open(Path, create: true);
        file.Write(0, EpochTickets.Empty());
        file.Sync();
        disk.SyncFolder(FileStores.Root);
        return disk;
    }
}
