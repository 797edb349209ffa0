using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Reading;

/// <summary>Nothing comes for longer than any call, wait or session lasts; then something does.</summary>
public sealed class IdleTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly string[] All = ["0", "1", "2", "3", "4", "5"];

    [Fact]
    public void A_reader_that_waited_for_long_goes_on_without_gap_or_repetition() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 3));
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        var reading = reader.TakeAsync(6);

        await run.PassAsync(Long);
        await Task.WhenAll(producer.PublishAll(3, 3));

        Assert.Equal(All, (await reading).Select(delivery => delivery.Text()));
    });

    [Fact]
    public void A_consumer_that_waited_for_long_goes_on_without_gap_or_repetition() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 3));
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");
        var reading = consumer.TakeAsync(6);

        await run.PassAsync(Long);
        await Task.WhenAll(producer.PublishAll(3, 3));

        Assert.Equal(All, (await reading).Select(delivery => delivery.Text()));
    });

    [Fact]
    public void A_loop_that_takes_long_over_a_message_keeps_its_place() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 6));
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");
        var seen = new List<string?>();

        await foreach (var delivery in consumer.ReadAsync())
        {
            seen.Add(delivery.Text());
            if (seen.Count == 2)
            {
                await run.PassAsync(Long);
            }
            else if (seen.Count == All.Length)
            {
                break;
            }
        }

        Assert.Equal(All, seen);
    });
}
