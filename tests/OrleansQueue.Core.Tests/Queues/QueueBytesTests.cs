namespace OrleansQueue.Core.Tests.Queues;

public sealed class QueueBytesTests
{
    [Fact]
    public Task Consumers_that_hold_one_message_each_are_sent_little_more_than_that() => OneScheduler.RunAsync(async () =>
    {
        const int consumers = 64, bytes = 1024;
        await using var bench = new QueueBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 256).Select(i => $"{i:D1024}")]);
        long sent = 0;
        for (var i = 0; i < consumers; i++)
        {
            var lease = await bench.LeaseAsync(1, $"consumer {i}");
            Assert.Equal(i, Assert.Single(lease.Messages).Offset);
            sent += lease.Answer.Parts.Sum(part => part.Length);
        }

        Assert.InRange(sent, consumers * bytes, 4 * consumers * bytes);
    });
}
