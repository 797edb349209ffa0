using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class QueueDeadLetterTests
{
    private static readonly QueueSettings Twice = new() { MaxDeliveries = 2, Backoff = TimeSpan.Zero };

    [Fact]
    public Task A_message_that_failed_as_often_as_allowed_is_dead_lettered_once_with_what_happened() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Twice);
        await bench.PublishAsync("k=a", "b");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Abandon, 0);
        var last = await bench.LeaseAsync();
        await bench.SettleAsync(last.Settlement(SettlementKind.Abandon) with { Error = "OutOfPaper: no" });

        var letter = Assert.Single(await LettersAsync(bench, 1));
        Assert.Equal(
            "a oq-id=0-0 oq-dead-topic=orders oq-dead-partition=0 oq-dead-offset=0 oq-dead-group=billing oq-dead-attempts=2 oq-dead-error=OutOfPaper: no "
            + $"oq-dead-time={Timestamp.Now(bench.Clock).UnixMilliseconds} oq-dead-reason=max-deliveries",
            letter);
        bench.Restart();
        Assert.Empty((await bench.LeaseAsync()).Messages);
        Assert.Single(await LettersAsync(bench, 1));
    });

    [Fact]
    public Task A_lease_that_is_over_for_the_last_time_is_a_dead_letter_too() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Twice);
        await bench.PublishAsync("a");
        await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(31));
        await bench.LeaseAsync();
        bench.Restart();
        await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(31));
        await bench.LeaseAsync();

        Assert.Contains("oq-dead-error=The lease was over", Assert.Single(await LettersAsync(bench, 1)), StringComparison.Ordinal);
    });

    [Fact]
    public Task An_append_that_was_not_answered_is_made_again_under_the_same_sequence() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Twice);
        await bench.PublishAsync("a", "b");
        var lost = true;
        bench.OnDead = result => lost ? throw new BrokerUnavailableException("lost") : result;
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.DeadLetter);
        while (bench.Clock.Waiting == 0)
        {
            await Task.Yield();
        }

        // The first was stored, and whoever comes next does not know.
        bench.Restart();
        lost = false;
        await bench.LeaseAsync();

        Assert.Equal(["a", "b"], (await LettersAsync(bench, 2)).Select(letter => letter.Split(' ')[0]));
    });

    [Fact]
    public Task A_topic_that_forgot_the_producer_gets_the_letter_under_a_new_epoch() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Twice);
        await bench.PublishAsync("a", "b");
        var lease = await bench.LeaseAsync();
        await lease.SettleAsync(SettlementKind.DeadLetter, 0);
        await LettersAsync(bench, 1);
        var forgotten = true;
        bench.OnDead = result => forgotten ? Forget(ref forgotten) : result;
        await lease.SettleAsync(SettlementKind.DeadLetter, 1);

        Assert.Equal(3, (await LettersAsync(bench, 2)).Count);
    });

    [Fact]
    public Task A_redriven_letter_is_leased_again_by_its_group_with_its_history_and_is_open_no_more() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Twice);
        await bench.PublishAsync("a", "b");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.DeadLetter);
        await LettersAsync(bench, 2);

        Assert.Equal(1, await bench.Queue.RedriveAsync([new OffsetRange(new Offset(1), new Offset(2))], CancellationToken.None));
        Assert.Equal(0, await bench.Queue.RedriveAsync([new OffsetRange(new Offset(1), new Offset(9))], CancellationToken.None));
        await bench.Queue.WatchAsync(-1, TimeSpan.FromSeconds(5), CancellationToken.None);
        bench.Restart();
        var again = await bench.LeaseAsync();
        Assert.Equal([(0, "b", 1)], again.Messages);
        Assert.Contains("oq-dead-offset=1", Assert.Single(DeadReader.Read(again.Answer.Parts)), StringComparison.Ordinal);
        Assert.Equal(1, (await bench.ReadDeadAsync()).Open);

        await again.SettleAsync(SettlementKind.DeadLetter);
        var letters = await LettersAsync(bench, 2);
        Assert.Equal(3, letters.Count);
        Assert.Equal(2, letters[2].Split("oq-dead-offset=1").Length - 1);
        Assert.Equal(2, await bench.Queue.PurgeAsync(null, CancellationToken.None));
        Assert.Equal(0, (await bench.DescribeAsync()).Dead);
    });

    private static ProduceResult.UnknownProducer Forget(ref bool forgotten)
    {
        forgotten = false;
        return new ProduceResult.UnknownProducer();
    }

    private static async Task<List<string>> LettersAsync(QueueBench bench, int open)
    {
        while (true)
        {
            var (letters, count) = await bench.ReadDeadAsync();
            if (count == open)
            {
                return letters;
            }

            await Task.Yield();
        }
    }
}
