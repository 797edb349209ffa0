using OrleansQueue.Batches;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Faults;

/// <summary>
/// Turns bits over where the store promises to notice: in batches of ended segments, below the synced mark of the last one, in
/// its header, and in sidecars; and in what lies outside the CRC of a batch also behind that mark, since a batch that is whole
/// but for its place was not torn. Of each partition one bit at most, since two can hide each other.
/// </summary>
internal sealed class BitFlips(Scene scene, SimulatedDisk disk, Dice dice)
{
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>While no process has the disk, any segment of a partition may be met.</summary>
    public void FlipAtRest() => Flip(isAtRest: true);

    /// <summary>While a process has it, those that are ended.</summary>
    public void FlipEndedSegment() => Flip(isAtRest: false);

    private void Flip(bool isAtRest)
    {
        var partition = dice.Pick(scene.Cluster.AllPartitions.ToList());
        var folder = $"/store/logs/{LogId.ForPartition(partition.Topic, partition.Partition)}";
        var names = disk.FindFolder(folder)?.Names.ToList() ?? [];
        if (names.Count == 0 || !_done.Add(folder))
        {
            return;
        }

        var segments = names.Where(name => SegmentName.Parse(name) is not null).ToList();
        var isAimed = segments.Count != 0 && dice.Chance(0.5);
        var name = isAimed && isAtRest && dice.Chance(0.7) ? segments[^1]
            : isAimed ? dice.Pick(segments)
            : dice.Chance(0.2) ? dice.Pick(names) : dice.Pick(segments.Count == 0 ? names : segments);
        var file = disk.FindFile($"{folder}/{name}")!;
        var isLast = segments.Count != 0 && name == segments[^1];
        var (first, end) = isAimed ? PlaceInBatch(file, isLast) : Range(file, isSegment: segments.Contains(name), isLast);
        if (end <= first || (isLast && !isAtRest) || file.HasUnsynced)
        {
            _done.Remove(folder);
            return;
        }

        scene.Faults.Add(FaultKind.BitFlip);
        scene.Damage.Touch(partition);
        var (at, bit) = (dice.Between(first, end - 1), dice.Below(8));
        scene.World.Note("nemesis", $"turns bit {bit} of byte {at} of {folder}/{name} over");
        file.Flip(at, bit);
    }

    /// <summary>Where the base offset or the epoch of some batch lies; of the last segment rather one behind the synced mark.</summary>
    private (int First, int End) PlaceInBatch(DiskFile file, bool isLast)
    {
        var batches = FindBatches(file);
        var behind = isLast && file.Length >= SegmentHeader.Size ? batches.FindAll(batch => batch >= MarkOf(file.Bytes)) : [];
        if (batches.Count == 0)
        {
            return (0, 0);
        }

        var batch = dice.Pick(behind.Count != 0 && dice.Chance(0.8) ? behind : batches);
        return dice.Chance(0.5)
            ? (batch + BatchLayout.BaseOffset, batch + BatchLayout.Length)
            : (batch + BatchLayout.Epoch, batch + BatchLayout.Magic);
    }

    /// <summary>Where the batches of a segment begin, as far as their lengths lead.</summary>
    private static List<int> FindBatches(DiskFile file)
    {
        var found = new List<int>();
        var at = SegmentHeader.Size;
        while (file.Length - at >= RecordBatchHeader.Size)
        {
            var size = RecordBatchHeader.Read(file.Bytes[at..]).SizeInBytes;
            if (size < RecordBatchHeader.Size || size > file.Length - at)
            {
                break;
            }

            found.Add(at);
            at += (int)size;
        }

        return found;
    }

    /// <summary>Up to where a file says that it was synced.</summary>
    private static int MarkOf(ReadOnlySpan<byte> bytes) => SegmentHeader.Size + (int)SegmentHeader.ReadMark(bytes[..SegmentHeader.Size]).Position;

    private (int First, int End) Range(DiskFile file, bool isSegment, bool isLast)
    {
        if (!isSegment)
        {
            return (0, file.Length);
        }

        if (!isLast)
        {
            return (SegmentHeader.Size, file.Length);
        }

        if (file.Kept.Length < SegmentHeader.Size)
        {
            return (0, 0);
        }

        // The first sector of the header says whose the segment is; the marks behind it protect the batches. After a sync that failed,
        // reads may show a mark that the device never got: it goes with the power, and what lies below it is a torn tail from then on.
        return dice.Chance(0.1) ? (0, DiskFile.Sector) : (SegmentHeader.Size, Math.Min(file.Length, MarkOf(file.Kept)));
    }
}
