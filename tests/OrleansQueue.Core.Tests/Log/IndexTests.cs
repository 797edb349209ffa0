using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class IndexTests
{
    private const int EveryBytes = 100;
    private const long Length = 5_000;

    private static readonly Offset First = new(1_000);

    [Fact]
    public void Every_offset_leads_to_the_last_entry_at_or_before_its_batch()
    {
        var (index, batches) = MakeOffsets();
        for (var offset = First.Value; offset < batches[^1].Offset + 10; offset++)
        {
            var position = index.Find(new(offset));
            var own = batches.Last(batch => batch.Offset <= offset).Position;
            Assert.InRange(position, Math.Max(0, own - EveryBytes - 40), own);
            Assert.Equal(batches.Single(batch => batch.Position == position).Offset, index.OffsetAt(position).Value);
        }
    }

    [Fact]
    public void An_empty_index_leads_to_the_front()
    {
        var index = new OffsetIndex(First, EveryBytes);
        Assert.Equal(0, index.Find(new(1_234)));
        Assert.Equal(First, index.OffsetAt(0));
        Assert.Equal(0, new TimeIndex(First).Find(new(7)));
    }

    [Fact]
    public void An_offset_index_reads_back_what_was_written()
    {
        var (index, batches) = MakeOffsets();
        var file = index.Write(Length);
        var read = OffsetIndex.Read(file, First, Length, EveryBytes);
        Assert.NotNull(read);
        Assert.Equal(index.Count, read.Count);
        Assert.Equal(file, read.Write(Length));
        Assert.All(batches, batch => Assert.Equal(index.Find(new(batch.Offset)), read.Find(new(batch.Offset))));
    }

    [Fact]
    public void No_record_before_the_place_of_a_time_is_as_late()
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var (index, batches) = MakeTimes(seed);
            for (var time = 0; time < 1_100; time++)
            {
                var position = index.Find(new(time));
                Assert.DoesNotContain(batches, batch => batch.Position < position && batch.Time >= time);
            }

            Assert.Equal(batches.Max(batch => batch.Time), index.Latest.UnixMilliseconds);
        }
    }

    [Fact]
    public void A_time_index_leads_past_what_is_older()
    {
        var index = new TimeIndex(First);
        for (var i = 0; i < 10; i++)
        {
            index.Add(new(i * 10), new(500 + i), i * 100, enter: true);
        }

        Assert.Equal(0, index.Find(new(0)));
        Assert.Equal(500, index.Find(new(50)));
        Assert.Equal(600, index.Find(new(51)));
        Assert.Equal(new Timestamp(509), index.LastAppend);
    }

    [Fact]
    public void A_time_index_reads_back_what_was_written()
    {
        var (index, _) = MakeTimes(3);
        var file = index.Write(Length);
        var read = TimeIndex.Read(file, First, Length);
        Assert.NotNull(read);
        Assert.Equal(index.Latest, read.Latest);
        Assert.Equal(index.LastAppend, read.LastAppend);
        Assert.Equal(file, read.Write(Length));
    }

    [Fact]
    public void A_file_with_any_damaged_byte_is_not_believed()
    {
        var offsets = MakeOffsets().Index.Write(Length);
        var times = MakeTimes(1).Index.Write(Length);
        Assert.All(Damaged(offsets), file => Assert.Null(OffsetIndex.Read(file, First, Length, EveryBytes)));
        Assert.All(Damaged(times), file => Assert.Null(TimeIndex.Read(file, First, Length)));
    }

    [Fact]
    public void A_file_that_is_missing_or_of_another_segment_length_or_kind_is_not_believed()
    {
        var offsets = MakeOffsets().Index.Write(Length);
        var times = MakeTimes(1).Index.Write(Length);
        Assert.Null(OffsetIndex.Read(null, First, Length, EveryBytes));
        Assert.Null(TimeIndex.Read(null, First, Length));
        Assert.Null(OffsetIndex.Read(offsets, First.Plus(1), Length, EveryBytes));
        Assert.Null(TimeIndex.Read(times, First.Plus(1), Length));
        Assert.Null(OffsetIndex.Read(offsets, First, Length + 1, EveryBytes));
        Assert.Null(TimeIndex.Read(times, First, Length - 1));
        Assert.Null(OffsetIndex.Read(times, First, Length, EveryBytes));
        Assert.Null(TimeIndex.Read(offsets, First, Length));
    }

    [Fact]
    public void A_frame_holds_any_content_and_ends_where_it_ends()
    {
        var file = SidecarFormat.Write(SidecarFormat.State, First, 0, []);
        Assert.True(SidecarFormat.TryRead(file, SidecarFormat.State, First, 0, out var content));
        Assert.Equal(0, content.Length);
        Assert.False(SidecarFormat.TryRead([.. file, 0], SidecarFormat.State, First, 0, out _));
    }

    /// <summary>The file with each bit of each byte turned over in turn, and cut after each byte.</summary>
    internal static IEnumerable<byte[]> Damaged(byte[] file)
    {
        for (var i = 0; i < file.Length; i++)
        {
            byte[] flipped = [.. file];
            flipped[i] ^= (byte)(1 << (i % 8));
            yield return flipped;
            yield return file[..i];
        }
    }

    private static (OffsetIndex Index, List<(long Offset, long Position)> Batches) MakeOffsets()
    {
        var random = new Random(1);
        var index = new OffsetIndex(First, EveryBytes);
        var batches = new List<(long, long)>();
        for (var (offset, position) = (First.Value, 0L); position < Length; offset += random.Next(1, 9), position += random.Next(10, 40))
        {
            batches.Add((offset, position));
            index.Add(new(offset), position);
        }

        Assert.InRange(index.Count, 20, 50);
        return (index, batches);
    }

    private static (TimeIndex Index, List<(long Time, long Position)> Batches) MakeTimes(int seed)
    {
        var random = new Random(seed);
        var index = new TimeIndex(First);
        var batches = new List<(long, long)>();
        for (var position = 0; position < 1_000; position += 20)
        {
            var time = random.Next(0, 1_000);
            batches.Add((time, position));
            index.Add(new(time), new(position), position, enter: random.Next(3) == 0);
        }

        return (index, batches);
    }
}
