using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What the partitions of one producer share.</summary>
internal sealed class ProducerEngine : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PartitionChoice _choice;
    private readonly ITimer _refreshing;
    private PartitionSender[] _senders = [];
    private Exception? _closed;

    public ProducerEngine(ClientContext client, ProducerOptions options, TopicDescription topic, ProducerIdentity identity)
    {
        Client = client;
        Options = options;
        Topic = new TopicWatch(client, topic);
        Identities = new ProducerIdentities(client.Broker, client.Clock, identity);
        Buffer = new SendBuffer(options.BufferBytes, options.DeliveryTimeout, client.Clock);
        _choice = new PartitionChoice(options.Seed ?? Random.Shared.Next());
        Grow();
        _refreshing = client.Clock.CreateTimer(
            static self => ((ProducerEngine)self!).RefreshInBackground(), this, client.Options.TopicRefresh, client.Options.TopicRefresh);
    }

    public ClientContext Client { get; }

    public ProducerOptions Options { get; }

    public TopicWatch Topic { get; }

    public ProducerIdentities Identities { get; }

    public SendBuffer Buffer { get; }

    public PartitionSender[] Senders => Volatile.Read(ref _senders);

    /// <summary>The time that a record carries: its own where the topic keeps it, else null, since the broker writes the time of the append.</summary>
    public Timestamp? RecordTime => Topic.Current.Settings.Timestamps == TimestampKind.Create ? Timestamp.Now(Client.Clock) : null;

    /// <summary>Cancelled when the producer ends.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Puts a record into the open batch of its partition.</summary>
    public ValueTask<PublishReceipt> Append(scoped in OutgoingRecord record)
    {
        var senders = Senders;
        if (record.Partition != OutgoingRecord.AnyPartition)
        {
            return (uint)record.Partition < (uint)senders.Length
                ? senders[record.Partition].Append(record)
                : ValueTask.FromException<PublishReceipt>(new UnknownPartitionException(Topic.Name, new(record.Partition)));
        }

        var partition = record.Key.IsNull ? _choice.Current(senders) : Murmur2.PartitionOf(record.Key.Span, senders.Length);
        return senders[partition].Append(record);
    }

    /// <summary>The batch of a partition is gone, so messages without a key may move on.</summary>
    public void MoveOn(int partition) => _choice.MoveOn(partition, Senders);

    /// <summary>Asks for the topic again: it may have grown, or be gone, which ends the producer.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Topic.RefreshAsync(cancellationToken);
            Grow();
        }
        catch (Exception gone) when (gone is UnknownTopicException or TopicReplacedException)
        {
            Close(gone);
            throw;
        }
    }

    /// <summary>Ends the producer: what is left is told <paramref name="reason"/>, or that its outcome is unknown.</summary>
    public void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed ??= reason;
        }

        Buffer.Close(reason);
        foreach (var sender in Senders)
        {
            sender.Close(reason);
        }
    }

    /// <summary>Waits until every partition has ended, after <see cref="Close"/>.</summary>
    public async Task WhenEndedAsync()
    {
        await Task.WhenAll(Senders.Select(sender => sender.Ended));
        _stopping.Cancel();
    }

    public void Dispose()
    {
        _refreshing.Dispose();
        Buffer.Dispose();
        _stopping.Dispose();
    }

    private void Grow()
    {
        lock (_lock)
        {
            var before = _senders;
            var count = Topic.Current.Settings.Partitions;
            if (count <= before.Length || _closed is not null)
            {
                return;
            }

            var grown = new PartitionSender[count];
            before.CopyTo(grown, 0);
            for (var i = before.Length; i < count; i++)
            {
                grown[i] = new PartitionSender(this, new Partition(i));
            }

            Volatile.Write(ref _senders, grown);
        }
    }

    /// <summary>Asks for the topic again without waiting for it.</summary>
    public void RefreshInBackground() => Client.Background.Start(async () =>
    {
        try
        {
            await RefreshAsync(Stopping);
        }
        catch (Exception)
        {
            // A topic that is gone has closed the producer, whose callers are told; of any other failure the next refresh sees.
        }
    });
}
