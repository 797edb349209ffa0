using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class ProducerTableTests
{
    private readonly ProducerTable _table = new();

    [Fact]
    public void A_new_producer_begins_at_sequence_zero()
    {
        Assert.Equal(SequenceVerdict.InOrder, Check(0).Verdict);
        Assert.Equal(SequenceVerdict.Unknown, Check(1).Verdict);
        Assert.Equal(SequenceVerdict.Unknown, Check(int.MaxValue).Verdict);
    }

    [Fact]
    public void The_last_five_batches_are_duplicates_with_their_offsets()
    {
        Fill(8);
        for (var i = 3; i < 8; i++)
        {
            Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate, new Offset(100 + (i * 10))), Check(i * 10));
        }
    }

    [Fact]
    public void Older_batches_are_duplicates_without_an_offset()
    {
        Fill(8);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate), Check(i * 10));
        }
    }

    [Fact]
    public void What_comes_next_is_in_order_and_what_comes_later_is_ahead()
    {
        Fill(3);
        Assert.Equal(SequenceVerdict.InOrder, Check(30).Verdict);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Ahead, Expected: new Sequence(30)), Check(31));
        Assert.Equal(new SequenceCheck(SequenceVerdict.Ahead, Expected: new Sequence(30)), Check(40));
    }

    [Theory]
    [InlineData(20, 9)]
    [InlineData(20, 11)]
    [InlineData(21, 10)]
    [InlineData(25, 10)]
    [InlineData(15, 10)]
    [InlineData(10, 20)]
    public void A_batch_that_overlaps_stored_ones_is_no_duplicate(int first, int records)
    {
        Fill(3);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Ahead, Expected: new Sequence(30)), Check(first, records));
    }

    [Fact]
    public void A_batch_that_reaches_from_the_forgotten_into_the_remembered_is_no_duplicate()
    {
        Fill(8);
        Assert.Equal(SequenceVerdict.Ahead, Check(25).Verdict);
        Assert.Equal(SequenceVerdict.Duplicate, Check(15).Verdict);
    }

    [Fact]
    public void A_new_epoch_begins_at_zero_again_and_fences_the_old_one()
    {
        Fill(3);
        Assert.Equal(SequenceVerdict.Unknown, Check(30, epoch: 1).Verdict);
        Assert.Equal(SequenceVerdict.InOrder, Check(0, epoch: 1).Verdict);
        Add(0, epoch: 1, offset: 500);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Fenced, Current: new ProducerEpoch(1)), Check(30));
        Assert.Equal(new SequenceCheck(SequenceVerdict.Fenced, Current: new ProducerEpoch(1)), Check(0));
        Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate, new Offset(500)), Check(0, epoch: 1));
        Assert.Equal(SequenceVerdict.InOrder, Check(10, epoch: 1).Verdict);
    }

    [Fact]
    public void A_sequence_goes_on_at_zero_behind_the_largest_one()
    {
        Add(int.MaxValue - 9, offset: 100);
        Assert.Equal(SequenceVerdict.InOrder, Check(0).Verdict);
        Assert.Equal(SequenceVerdict.Ahead, Check(1).Verdict);
        Add(0, offset: 110);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate, new Offset(100)), Check(int.MaxValue - 9));
        Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate), Check(int.MaxValue - 19));
        Assert.Equal(SequenceVerdict.InOrder, Check(10).Verdict);
    }

    [Fact]
    public void A_batch_across_the_wrap_and_its_repetition_are_told_apart()
    {
        Add(int.MaxValue - 13, offset: 90);
        Assert.Equal(SequenceVerdict.InOrder, Check(int.MaxValue - 3).Verdict);
        Add(int.MaxValue - 3, offset: 100);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Duplicate, new Offset(100)), Check(int.MaxValue - 3));
        Assert.Equal(SequenceVerdict.InOrder, Check(6).Verdict);
        Assert.Equal(SequenceVerdict.Ahead, Check(0).Verdict);
        Assert.Equal(new SequenceCheck(SequenceVerdict.Ahead, Expected: new Sequence(6)), Check(7));
    }

    [Fact]
    public void Producers_are_forgotten_by_the_time_of_their_last_batch()
    {
        Add(0, offset: 1, time: 1_000);
        Add(10, offset: 2, time: 2_000);
        Add(0, offset: 3, time: 1_500, producer: 2);
        _table.Expire(new(1_501));
        Assert.Equal(1, _table.Count);
        Assert.Equal(SequenceVerdict.InOrder, Check(20).Verdict);
        Assert.Equal(SequenceVerdict.Unknown, Check(10, producer: 2).Verdict);
        _table.Expire(new(2_000));
        Assert.Equal(1, _table.Count);
        _table.Expire(new(2_001));
        Assert.Equal(0, _table.Count);
    }

    // Batches of ten records each, stored at offset 100, 110 and so on.
    private void Fill(int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            Add(i * 10, offset: 100 + (i * 10));
        }
    }

    private void Add(int first, long offset, short epoch = 0, long time = 0, long producer = 1) =>
        _table.Add(new(new(producer), new(epoch), new(first)), 10, new(offset), new(time));

    private SequenceCheck Check(int first, int records = 10, short epoch = 0, long producer = 1) =>
        _table.Check(new(new(producer), new(epoch), new(first)), records);
}
