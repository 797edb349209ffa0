using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A batch is appended whole, and its bytes come out as they went in.</summary>
public abstract class ProduceSpec : BrokerSpec
{
    [Fact]
    public async Task Batches_get_one_offset_after_another()
    {
        var place = await CreatePartitionAsync();

        Assert.Equal(new Offset(0), (await AppendAsync(place, "0", "1", "2")).BaseOffset);
        Assert.Equal(new Offset(3), (await AppendAsync(place, "3")).BaseOffset);
        Assert.Equal(new Offset(4), (await AppendAsync(place, "4", "5")).BaseOffset);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => ((long)i, $"{i}")), await ReadAllAsync(place));
    }

    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Memory)]
    public async Task Answer_says_what_the_batch_survives(Durability durability)
    {
        var place = await CreatePartitionAsync(new() { Durability = durability });

        Assert.Equal(durability, (await AppendAsync(place, "x")).Durability);
    }

    [Fact]
    public async Task Append_times_never_fall_and_stand_in_the_stored_batch()
    {
        var place = await CreatePartitionAsync();
        var times = new List<Timestamp>();
        for (var i = 0; i < 20; i++)
        {
            times.Add((await AppendAsync(place, $"{i}")).AppendTime);
        }

        Assert.Equal(times.Order(), times);
        var headers = Batch.Split(await ReadAsync(place.From(0))).Select(batch => RecordBatchHeader.Read(batch)).ToList();
        Assert.Equal(times, headers.Select(header => header.MaxTimestamp));
        Assert.All(headers, header => Assert.Equal(TimestampKind.Append, header.Attributes.TimestampKind));
    }

    [Fact]
    public async Task Producers_timestamps_are_kept_where_the_topic_says_so()
    {
        var place = await CreatePartitionAsync(new() { Timestamps = TimestampKind.Create });
        await AppendAsync(place, "x");

        var header = RecordBatchHeader.Read(Assert.Single(Batch.Split(await ReadAsync(place.From(0)))));
        Assert.Equal(TimestampKind.Create, header.Attributes.TimestampKind);
        Assert.Equal(new Timestamp(1_000), header.MaxTimestamp);
    }

    [Theory]
    [InlineData(BatchCompression.None)]
    [InlineData(BatchCompression.Gzip)]
    public async Task Records_come_out_byte_by_byte_as_they_went_in(BatchCompression codec)
    {
        var place = await CreatePartitionAsync();
        var builder = new RecordBatchBuilder(256, codec);
        builder.Append(new Timestamp(1), "key"u8, "value"u8, [new("name"u8.ToArray(), "text"u8.ToArray()), new("name"u8.ToArray(), null)]);
        builder.Append(new Timestamp(2), NullableBytes.Null, NullableBytes.Null);
        builder.Append(new Timestamp(-3), ""u8, ""u8);
        var batch = builder.Build(ProducerStamp.None);
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));

        var stored = Assert.Single(Batch.Split(await ReadAsync(place.From(0))));
        Assert.Equal(batch.Span[RecordBatchHeader.Size..], stored.AsSpan(RecordBatchHeader.Size));
        using var opened = OpenedBatch.Open(stored, 1 << 20);
        Assert.Equal(3, opened.Header.RecordCount);
    }

    [Fact]
    public async Task Callers_bytes_are_not_changed()
    {
        var place = await CreatePartitionAsync();
        var batch = Batch.From(await InitProducerAsync(), 0, "one", "two");
        var before = batch.ToArray();

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        Assert.Equal(2, (await ReadAllAsync(place)).Count);
        Assert.IsType<ProduceResult.Duplicate>(await ProduceAsync(place, batch));
        await AppendAsync(place, "three");

        Assert.Equal(before, batch.ToArray());
    }

    [Fact]
    public async Task Same_memory_may_be_sent_to_several_partitions()
    {
        var places = new[] { await CreatePartitionAsync(), await CreatePartitionAsync(), await CreatePartitionAsync() };
        await AppendAsync(places[1], "before");
        var batch = Batch.Of("in all");

        await Task.WhenAll(places.Select(place => ProduceAsync(place, batch)));

        Assert.Equal([(0, "in all")], await ReadAllAsync(places[0]));
        Assert.Equal([(0, "before"), (1, "in all")], await ReadAllAsync(places[1]));
        Assert.Equal([(0, "in all")], await ReadAllAsync(places[2]));
    }

    [Fact]
    public async Task Call_that_is_cancelled_before_it_is_made_stores_nothing()
    {
        var place = await CreatePartitionAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Broker.ProduceAsync(place.Topic, place.Partition, Batch.Of("x"), cancelled.Token).AsTask());
        Assert.Empty(await ReadAllAsync(place));
    }
}
