using System.Globalization;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>
/// Several publishers, three partitions and a broker that loses, delays, refuses and forgets at random. Whatever happens: what
/// has a receipt is where the receipt says, what was refused is nowhere, nothing is there twice, and the messages of a
/// publisher lie in each partition in the order of their publishing.
/// </summary>
public sealed class RandomFaultTests
{
    private const int Partitions = 3;
    private const int Publishers = 4;
    private const int MessagesOfEach = 400;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Receipts_are_true_nothing_is_doubled_and_order_is_kept(int seed) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", Partitions);
        var faults = new RandomFaults(run, seed % 2 == 0);
        run.Broker.OnProduce = faults.Next;
        run.Broker.OnCall = faults.OnCall;
        var options = new ProducerOptions { BatchBytes = 1 << 10, BufferBytes = 32 << 10, DeliveryTimeout = TimeSpan.FromSeconds(25), Seed = seed };
        var producer = await run.Client.OpenProducerAsync("orders", options);

        var published = await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => PublishAsync(run, producer, publisher)));
        faults.Stop();
        await producer.DisposeAsync();
        await run.PassAsync(TimeSpan.FromMinutes(1));

        await CheckAsync(run, [.. published.SelectMany(messages => messages)]);
    }, seed);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    private static async Task<List<(string Value, Task<PublishReceipt> Receipt)>> PublishAsync(Simulation run, TopicProducer producer, int publisher)
    {
        var messages = new List<(string, Task<PublishReceipt>)>();
        for (var i = 0; i < MessagesOfEach; i++)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{publisher}-{i}-").PadRight(run.Random.Next(10, 500), '.');
            var key = run.Random.Next(2) == 0 ? $"key {run.Random.Next(10)}" : null;
            messages.Add((value, producer.Publish(value, key)));
            if (run.Random.Next(8) == 0)
            {
                await run.PassAsync(TimeSpan.FromMilliseconds(run.Random.Next(1, 400)));
            }
        }

        return messages;
    }

    private static async Task CheckAsync(Simulation run, List<(string Value, Task<PublishReceipt> Receipt)> published)
    {
        var stored = Enumerable.Range(0, Partitions).Select(number => Stored.In(run.Broker.PartitionOf("orders", number))).ToArray();
        var all = stored.SelectMany(records => records.Select(record => record.Value!)).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        foreach (var (value, receipt) in published)
        {
            try
            {
                var place = await receipt;
                Assert.Contains(value, stored[place.Partition.Number].Where(record => place.Offset is null || record.Offset == place.Offset).Select(record => record.Value));
            }
            catch (PublishRefusedException)
            {
                Assert.DoesNotContain(value, all);
            }
            catch (PublishOutcomeUnknownException)
            {
                // It may be stored or not; that it is not there twice is checked above.
            }
        }

        foreach (var ofPublisher in stored.SelectMany(records => records.Select(record => record.Value!.Split('-')).GroupBy(parts => parts[0])))
        {
            var order = ofPublisher.Select(parts => int.Parse(parts[1], CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(order.Order(), order);
        }
    }
}
