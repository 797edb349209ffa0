using System.Diagnostics;
using OrleansQueue.History;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>All clients of a run: producers, a reader, and a group.</summary>
internal sealed class FaultLoad(FaultRun run) : IAsyncDisposable
{
    // One of the producers gives up before a long pause ends, so that there are messages of unknown outcome.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Impatient = TimeSpan.FromSeconds(8);

    private readonly List<FaultProducer> _producers = [];
    private FaultReader? _reader;

    public FaultGroup Group { get; } = new(run);

    public static async Task<FaultLoad> StartAsync(FaultRun run, int producers, int members, Random random)
    {
        var load = new FaultLoad(run);
        for (var i = 0; i < members; i++)
        {
            await load.Group.JoinAsync();
        }

        load._reader = await FaultReader.StartAsync(run, "reader");
        for (var i = 0; i < producers; i++)
        {
            load._producers.Add(await FaultProducer.StartAsync(run, $"producer {i}", random.Next(), i == 0 ? Impatient : Patient));
        }

        return load;
    }

    /// <summary>Waits until so many more messages are acknowledged, one in each partition at least, and some of them delivered.</summary>
    public async Task PassedAsync(int messages)
    {
        var (began, read, delivered) = (Stopwatch.GetTimestamp(), _reader!.Read.Answers.Count, Group.Delivered.Answers.Count);
        await run.Acknowledged.ReachedAsync(run.Acknowledged.Count + messages);
        await run.Acknowledged.UntilAsync(() => run.Outages.AllAcknowledgedSince(began)).WaitAsync(Patience.Long);
        await _reader.Read.Answers.ReachedAsync(read + 1);
        await Group.Delivered.Answers.ReachedAsync(delivered + 1);
    }

    /// <summary>Ends the load, lets everybody catch up, and reads all partitions once more from their beginning; answers where they end.</summary>
    public async Task<IReadOnlyList<long>> EndAsync()
    {
        await Task.WhenAll(_producers.Select(producer => producer.StopAsync()));
        await using var connection = await BrokerConnection.OpenAsync(run.Silos);
        var topic = (await connection.Broker.FindTopicAsync(FaultRun.Topic, CancellationToken.None))!.Id;
        var ends = await connection.EndsAsync(topic, run.Partitions);
        await Group.Delivered.PassedAsync(ends);
        await Group.DisposeAsync();
        await DrainAsync(ends);
        var partitions = Enumerable.Range(0, ends.Count).Select(partition => new TopicPartition(topic, new Partition(partition))).ToList();
        foreach (var committed in (await connection.Broker.ReadPositionsAsync(FaultMember.Group, partitions, CancellationToken.None))!)
        {
            run.History.CommittedRead(FaultMember.Group, FaultRun.KeyOf(committed.Position.Partition), committed.Position.Offset.Value);
        }

        return ends;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var producer in _producers)
        {
            await producer.DisposeAsync();
        }

        await Group.DisposeAsync();
        if (_reader is not null)
        {
            await _reader.DisposeAsync();
        }
    }

    private async Task DrainAsync(IReadOnlyList<long> ends)
    {
        var consumer = new Consumer("drain");
        var drains = Enumerable.Range(0, ends.Count).Select(partition => run.History.BeginDrain(consumer, FaultRun.KeyOf(new Partition(partition)))).ToList();
        await using var drain = await FaultReader.StartAsync(run, "drain");
        await drain.Read.PassedAsync(ends);
        for (var partition = 0; partition < ends.Count; partition++)
        {
            run.History.Drained(drains[partition], ends[partition]);
        }
    }
}
