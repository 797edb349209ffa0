using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>Where messages go.</summary>
public sealed class PartitionChoiceTests
{
    [Fact]
    public void A_key_has_one_partition_and_an_empty_key_is_a_key() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 7);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        foreach (var key in "abc||foobar".Split('|'))
        {
            for (var i = 0; i < 20; i++)
            {
                var receipt = await producer.Publish("x", key);
                Assert.Equal(Murmur2.PartitionOf(System.Text.Encoding.UTF8.GetBytes(key), 7), receipt.Partition.Number);
            }
        }
    });

    [Fact]
    public void Messages_without_a_key_share_a_batch_and_then_move_on() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 4);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var seen = new HashSet<int>();
        var last = -1;
        for (var i = 0; i < 50; i++)
        {
            var receipts = await Task.WhenAll(producer.PublishAll(0, 10));

            var partition = Assert.Single(receipts.Select(receipt => receipt.Partition.Number).Distinct());
            Assert.NotEqual(last, partition);
            seen.Add(last = partition);
        }

        Assert.Equal(4, seen.Count);
        Assert.Equal(50, run.Broker.Produced.Count);
    });

    [Fact]
    public void The_same_seed_makes_the_same_choices()
    {
        Assert.Equal(Choices(5), Choices(5));
        Assert.NotEqual(Choices(5), Choices(6));
    }

    [Fact]
    public void A_named_partition_wins_over_the_key_and_must_exist() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 4);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var receipt = await producer.Publish("x", new PublishOptions { Key = "abc", Partition = new(3) });
        var unknown = await Assert.ThrowsAsync<UnknownPartitionException>(() => producer.Publish("x", new PublishOptions { Partition = new(4) }));

        Assert.Equal(3, receipt.Partition.Number);
        Assert.Equal(("orders", 4), (unknown.Topic, unknown.Partition.Number));
        Assert.Equal("abc", Assert.Single(Stored.In(run.Broker.PartitionOf("orders", 3))).Key);
    });

    [Fact]
    public void A_partition_that_was_added_is_found_at_the_next_refresh() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        run.Broker.Grow("orders", 3);

        await run.PassAsync(TimeSpan.FromSeconds(31));

        Assert.Equal(3, producer.Partitions);
        Assert.Equal(2, (await producer.Publish("x", new PublishOptions { Partition = new(2) })).Partition.Number);
    });

    private static string Choices(int seed)
    {
        var choices = "";
        Simulation.Run(async run =>
        {
            run.Broker.CreateTopic("orders", 16);
            await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { Seed = seed });
            for (var i = 0; i < 20; i++)
            {
                choices += (await producer.Publish("x")).Partition + " ";
            }
        });
        return choices;
    }
}
