using System.Diagnostics;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Producers get identities that no other has; a batch of theirs is stored once, in the order of its sequence.</summary>
public abstract class ProducerSpec : BrokerSpec
{
    // A batch waits a second for its predecessor; timers count in coarse steps.
    private static readonly TimeSpan NearlyParkTime = TimeSpan.FromSeconds(0.9);

    [Fact]
    public async Task Every_new_producer_is_another()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => InitProducerAsync()));

        Assert.Equal(all.Length, all.Select(producer => producer.Id).Distinct().Count());
        Assert.All(all, producer => Assert.Equal(0, producer.Epoch.Value));
        Assert.All(all, producer => Assert.True(producer.Id.Value >= 0, "An id is 0 or more."));
    }

    [Fact]
    public async Task Next_epoch_keeps_the_id()
    {
        var producer = await InitProducerAsync();

        Assert.Equal(producer with { Epoch = new(1) }, await InitProducerAsync(producer));
    }

    [Fact]
    public async Task Where_the_epochs_are_used_up_there_is_a_new_id()
    {
        var producer = await InitProducerAsync();
        var next = await InitProducerAsync(producer with { Epoch = new(short.MaxValue) });

        Assert.NotEqual(producer.Id, next.Id);
        Assert.Equal(0, next.Epoch.Value);
    }

    [Fact]
    public async Task Later_epoch_fences_the_earlier_ones()
    {
        var place = await CreatePartitionAsync();
        var first = await InitProducerAsync();
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(first, 0, "of the first")));
        var second = await InitProducerAsync(first);
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(second, 0, "of the second")));

        var fenced = Assert.IsType<ProduceResult.ProducerFenced>(await ProduceAsync(place, Batch.From(first, 1, "late")));
        Assert.Equal(second.Epoch, fenced.Current);
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(second, 1, "more")));
        Assert.Equal([(0, "of the first"), (1, "of the second"), (2, "more")], await ReadAllAsync(place));
    }

    [Fact]
    public async Task Repeated_batch_is_stored_once_and_answered_with_its_offset()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        await AppendAsync(place, "somebody else's");
        var batches = Enumerable.Range(0, 5).Select(i => Batch.From(producer, i * 2, $"{i}a", $"{i}b")).ToArray();
        foreach (var batch in batches)
        {
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        }

        // Any of the last five may come again, since so many may be in flight.
        for (var i = 0; i < batches.Length; i++)
        {
            var duplicate = Assert.IsType<ProduceResult.Duplicate>(await ProduceAsync(place, batches[i]));
            Assert.Equal(new ProduceResult.Duplicate(new Offset(1 + (i * 2)), Durability.Fsync), duplicate);
        }

        Assert.Equal(11, (await ReadAllAsync(place)).Count);
    }

    [Fact]
    public async Task Batch_that_was_stored_long_ago_is_stored_once_though_its_offset_is_forgotten()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, i, $"{i}")));
        }

        Assert.Null(Assert.IsType<ProduceResult.Duplicate>(await ProduceAsync(place, Batch.From(producer, 0, "0"))).BaseOffset);
        Assert.Equal(20, (await ReadAllAsync(place)).Count);
    }

    [Fact]
    public async Task Batch_that_is_sent_many_times_at_once_is_stored_once()
    {
        var place = await CreatePartitionAsync();
        var batch = Batch.From(await InitProducerAsync(), 0, "once");
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ProduceAsync(place, batch)));

        Assert.Single(results.OfType<ProduceResult.Appended>());
        Assert.All(results.OfType<ProduceResult.Duplicate>(), duplicate => Assert.Equal(new Offset(0), duplicate.BaseOffset));
        Assert.Equal(9, results.OfType<ProduceResult.Duplicate>().Count());
        Assert.Equal([(0, "once")], await ReadAllAsync(place));
    }

    [Fact]
    public async Task Same_producer_counts_in_each_partition_by_itself()
    {
        var (left, right) = (await CreatePartitionAsync(), await CreatePartitionAsync());
        var producer = await InitProducerAsync();
        var batch = Batch.From(producer, 0, "in both");

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(left, batch));
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(right, batch));
    }

    [Fact]
    public async Task Batches_that_overtook_their_predecessor_wait_for_it_and_are_stored_in_order()
    {
        // On a machine so busy that the predecessor comes later than they wait, they are told so; then the same is tried anew.
        for (var tries = 1; ; tries++)
        {
            var place = await CreatePartitionAsync();
            var producer = await InitProducerAsync();
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 0, "0")));

            var began = Stopwatch.GetTimestamp();
            var later = Enumerable.Range(2, 3).Reverse().Select(i => ProduceAsync(place, Batch.From(producer, i, $"{i}"))).ToList();
            var first = await ProduceAsync(place, Batch.From(producer, 1, "1"));
            var took = Stopwatch.GetElapsedTime(began);

            Assert.IsType<ProduceResult.Appended>(first);
            var results = await Task.WhenAll(later);
            if (results.Any(result => result is ProduceResult.OutOfOrder) && took > NearlyParkTime && tries < 10)
            {
                continue;
            }

            Assert.All(results, result => Assert.IsType<ProduceResult.Appended>(result));
            Assert.Equal(Enumerable.Range(0, 5).Select(i => ((long)i, $"{i}")), await ReadAllAsync(place));
            return;
        }
    }

    [Fact]
    public async Task Batch_whose_predecessor_does_not_come_is_told_what_is_missing()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 0, "0", "1")));

        var ahead = Assert.IsType<ProduceResult.OutOfOrder>(await ProduceAsync(place, Batch.From(producer, 5, "5")));

        Assert.Equal(new Sequence(2), ahead.Expected);
        Assert.Equal(2, (await ReadAllAsync(place)).Count);
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 2, "2")));
    }

    [Fact]
    public async Task Four_batches_may_be_ahead_and_a_fifth_is_told_what_is_missing()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 0, "0")));

        var ahead = Enumerable.Range(2, 5).Select(i => ProduceAsync(place, Batch.From(producer, i, $"{i}"))).ToList();
        var first = await Task.WhenAny(ahead);
        var missing = ProduceAsync(place, Batch.From(producer, 1, "1"));

        Assert.Equal(new Sequence(1), Assert.IsType<ProduceResult.OutOfOrder>(await first).Expected);
        Assert.IsType<ProduceResult.Appended>(await missing);

        // Calls of one caller may arrive in any order, so any of them may be the fifth; what is then sent again in order is stored in order.
        var answers = await Task.WhenAll(ahead);
        for (var i = 0; i < answers.Length; i++)
        {
            Assert.True(answers[i] is ProduceResult.OutOfOrder or ProduceResult.Appended, $"{answers[i]}");
            if (answers[i] is ProduceResult.OutOfOrder)
            {
                Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, i + 2, $"{i + 2}")));
            }
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => ((long)i, $"{i}")), await ReadAllAsync(place));
    }

    [Fact]
    public async Task Producer_that_is_not_known_must_begin_at_its_first_sequence()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        Assert.IsType<ProduceResult.UnknownProducer>(await ProduceAsync(place, Batch.From(producer, 1, "x")));

        // Nor is a later epoch known by an earlier one.
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 0, "0")));
        Assert.IsType<ProduceResult.UnknownProducer>(await ProduceAsync(place, Batch.From((await InitProducerAsync(producer)), 1, "x")));
        Assert.Equal([(0, "0")], await ReadAllAsync(place));
    }
}
