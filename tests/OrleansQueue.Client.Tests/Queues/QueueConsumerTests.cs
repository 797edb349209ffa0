using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>What an enumerator of a queue group delivers, and what becomes of its messages.</summary>
public sealed class QueueConsumerTests
{
    [Fact]
    public void To_ask_for_the_next_completes_the_one_before_and_break_releases_without_blame() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        await using var consumer = await run.OpenQueueAsync();

        Assert.Equal(["0", "1", "2"], await consumer.TakeTextsAsync(3));
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal([0L, 1L], run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        Assert.Equal([2L], run.Broker.Queue.OffsetsSettled(SettlementKind.Release));
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["2", "3", "4"], (await consumer.TakeTextsAsync(3)).Order());
    });

    [Fact]
    public void An_exception_in_the_loop_releases_and_dispose_tells_what_was_processed() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        var consumer = await run.OpenQueueAsync();
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var delivery in consumer.ReadAsync())
            {
                _ = delivery.Value == "3" ? throw new InvalidDataException() : 0;
            }
        });
        await consumer.DisposeAsync();

        Assert.Equal([0L, 1L, 2L], run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        Assert.Equal([3L, 4L], run.Broker.Queue.OffsetsSettled(SettlementKind.Release).Order());
        Assert.Equal((1, 0), (run.Broker.Group.Leaves, run.Broker.Queue.LeasedNow));
        Assert.Empty(await consumer.TakeTextsAsync(1));
    });

    [Fact]
    public void Each_settlement_is_kept_when_it_returns_and_is_the_last_word() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        await using var consumer = await run.OpenQueueAsync();
        await foreach (var delivery in consumer.ReadAsync())
        {
            switch (delivery.Value)
            {
                case "0":
                    await delivery.CompleteAsync();
                    break;
                case "1":
                    await delivery.AbandonAsync(TimeSpan.FromMinutes(1), new InvalidDataException("one"));
                    break;
                case "2":
                    await delivery.DeadLetterAsync("bad");
                    break;
                case "3":
                    await delivery.RenewAsync();
                    break;
                default:
                    await delivery.AbandonAsync();
                    break;
            }

            if (delivery.Value == "4")
            {
                break;
            }
        }

        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        var told = run.Broker.Queue.Settlements.Where(each => each.Settlement.Kind != SettlementKind.Renew).Select(each => each.Settlement).OrderBy(each => each.Offsets.First).ToList();
        Assert.Equal([SettlementKind.Complete, SettlementKind.Abandon, SettlementKind.DeadLetter, SettlementKind.Complete, SettlementKind.Abandon], told.Select(each => each.Kind));
        Assert.Equal((TimeSpan.FromMinutes(1), "System.IO.InvalidDataException: one", "bad"), (told[1].Time, told[1].Error, told[2].Reason));
        Assert.Contains(run.Broker.Queue.Settlements, each => each.Settlement.Kind == SettlementKind.Renew);
        Assert.Empty(run.Broker.Queue.Refusals);
    });

    [Fact]
    public void A_delay_out_of_its_range_is_refused_at_once() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        await using var consumer = await run.OpenQueueAsync();
        await foreach (var delivery in consumer.ReadAsync())
        {
            Assert.Contains("settlement delay", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => delivery.AbandonAsync(TimeSpan.FromDays(8)))).Message, StringComparison.Ordinal);
            break;
        }
    });

    [Fact]
    public void A_value_that_cannot_be_read_throws_when_it_is_asked_for_and_the_loop_goes_on() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        await using (var producer = await run.Client.OpenProducerAsync("orders"))
        {
            await producer.Publish("no JSON");
            await producer.Publish("\"good\"");
        }

        await using var consumer = await run.OpenQueueAsync();
        var seen = new List<string>();
        await foreach (var delivery in consumer.ReadAsync())
        {
            try
            {
                seen.Add(delivery.Value);
                break;
            }
            catch (MessageFormatException)
            {
                seen.Add("unreadable");
            }
        }

        Assert.Equal(["unreadable", "good"], seen);
    });

    [Fact]
    public void Deliveries_are_counted() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        await using var consumer = await run.OpenQueueAsync();
        var counts = new List<int>();
        await foreach (var delivery in consumer.ReadAsync())
        {
            counts.Add(delivery.DeliveryCount);
            if (counts.Count == 3)
            {
                break;
            }

            await delivery.AbandonAsync(TimeSpan.Zero);
        }

        Assert.Equal([1, 2, 3], counts);
    });

    [Fact]
    public void At_most_once_completes_a_message_before_it_is_handed_out() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 4);
        await using var consumer = await run.OpenQueueAsync(new() { MemberId = "m", Delivery = DeliveryMode.AtMostOnce });
        run.Broker.Queue.OnSettle = _ => run.Broker.Queue.Settles.Count == 2 ? Fault.LostAnswer : Fault.None;
        var seen = new List<string>();
        await foreach (var delivery in consumer.ReadAsync())
        {
            Assert.Equal(SettlementKind.Complete, run.Broker.Queue.At(run.Partition(0), delivery.Offset.Value).Settled);
            seen.Add(delivery.Value);
            if (seen.Count == 3)
            {
                break;
            }
        }

        await consumer.DisposeAsync();
        Assert.Equal(["0", "1", "2"], seen);
        Assert.Equal([3L], run.Broker.Queue.OffsetsSettled(SettlementKind.Release));
    });

    [Fact]
    public void A_message_that_expired_is_completed_and_left_out() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("old", new PublishOptions { TimeToLive = TimeSpan.FromSeconds(1) });
            await producer.PublishAsync("new");
        }

        await run.PassAsync(TimeSpan.FromSeconds(2));
        await using var consumer = await run.OpenQueueAsync();
        Assert.Equal(["new"], await consumer.TakeTextsAsync(1));
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal([0L], run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
    });

    [Fact]
    public void A_lost_message_cancels_its_token() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        await using var consumer = await run.OpenQueueAsync(new() { MemberId = "m", MaxProcessingTime = TimeSpan.FromSeconds(5) });
        await foreach (var delivery in consumer.ReadAsync())
        {
            var lost = delivery.Lost;
            await run.PassAsync(TimeSpan.FromSeconds(6));
            Assert.True(lost.IsCancellationRequested);
            await Assert.ThrowsAsync<LeaseLostException>(() => delivery.CompleteAsync());
            break;
        }
    });

    [Fact]
    public void An_enumerator_throws_when_the_member_was_replaced_or_the_group_is_gone_or_of_another_kind() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        await using (var consumer = await run.OpenQueueAsync())
        {
            var reading = consumer.TakeTextsAsync(1);
            run.Broker.Group.Replace();
            await Assert.ThrowsAsync<MemberReplacedException>(() => reading);
        }

        await using (var consumer = await run.OpenQueueAsync())
        {
            var reading = consumer.TakeTextsAsync(1);
            run.Broker.Group.Delete();
            await Assert.ThrowsAsync<GroupDeletedException>(() => reading);
        }

        run.Broker.Group.Kind = GroupKind.Stream;
        Assert.Equal(GroupKind.Stream, (await Assert.ThrowsAsync<GroupKindException>(() => run.OpenQueueAsync())).Kind);
    });

    [Fact]
    public void An_enumerator_ends_when_no_broker_answers_for_too_long() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        var consumer = await run.OpenQueueAsync();
        run.Broker.OnCall = static _ => throw new BrokerUnavailableException("Nobody there.");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => consumer.TakeTextsAsync(1));
        await consumer.DisposeAsync();
    });

    [Fact]
    public void A_batch_is_leased_walked_in_place_and_settled_without_a_membership() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        var partition = await run.Client.OpenQueuePartitionAsync("billing", "orders", new(0), "me");
        var batch = await partition.LeaseBatchAsync(3, TimeSpan.FromSeconds(10));
        var offsets = new List<long>();
        foreach (var record in batch)
        {
            offsets.Add(record.Offset.Value);
        }

        Assert.Equal([0, 1, 2], offsets);
        Assert.True(batch.HasMore);
        run.Broker.Queue.OnSettle = _ => run.Broker.Queue.Settles.Count == 1 ? Fault.LostCall : Fault.None;
        Assert.Empty(await partition.SettleAsync(batch.SettleAll(SettlementKind.Complete)));
        Assert.Equal(3, (await partition.SettleAsync(batch.SettleAll(SettlementKind.Complete))).Count);
        Assert.Equal(new OffsetRange(new(0), new(3)), Assert.Single(batch.SettleAll(SettlementKind.Complete)).Offsets);
        Assert.Empty(run.Broker.Group.Joins);
    });
}
