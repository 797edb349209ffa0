using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>
/// Publishes bytes to a topic. Safe to use from many threads; made for long, since batches fill only when many publish through
/// one producer.
/// <para>
/// A publish writes its message into a batch and returns at once; the batch goes on its way when the one before is there, and
/// up to five are under way to a partition. Await the receipts of many messages together: whoever awaits each before the next
/// sends batches of one. The caller's memory may be used again as soon as the call returns.
/// </para>
/// <para>
/// A publish ends with a receipt; with <see cref="PublishOutcomeUnknownException"/>, where nobody knows; or with another
/// exception, in which case nothing was stored. Calls that were lost are repeated without storing anything twice.
/// </para>
/// </summary>
public sealed class TopicProducer : IAsyncDisposable
{
    private readonly ProducerEngine _engine;
    private readonly Func<OutgoingRecordCopy, ValueTask<PublishReceipt>> _append;
    private readonly string _activity;
    private readonly Lock _lock = new();
    private Task? _disposing;
    private volatile bool _isClosed;

    private TopicProducer(ProducerEngine engine)
    {
        _engine = engine;
        _activity = PublishActivity.NameOf(engine.Topic.Name);
        _append = copy => engine.Append(copy.Record);
    }

    /// <summary>The topic's name.</summary>
    public string Topic => _engine.Topic.Name;

    /// <summary>The topic's id.</summary>
    public TopicId TopicId => _engine.Topic.Id;

    /// <summary>How many partitions the topic has, as far as the producer knows.</summary>
    public int Partitions => _engine.Senders.Length;

    /// <summary>Bytes that wait to be sent or acknowledged.</summary>
    public long BufferedBytes => _engine.Buffer.Used;

    internal ClientContext Client => _engine.Client;

    internal static async Task<TopicProducer> OpenAsync(ClientContext client, string topic, ProducerOptions options, CancellationToken cancellationToken)
    {
        var found = await Topics.FindOrCreateAsync(client, topic, cancellationToken);
        var identity = await client.InsistAsync("Getting a producer id", token => client.Broker.InitProducerAsync(null, token), cancellationToken);
        return new TopicProducer(new ProducerEngine(client, options, found, identity));
    }

    /// <summary>Publishes a message.</summary>
    /// <param name="key">The key, which decides the partition; null, <c>default</c>, leaves that to the producer.</param>
    /// <param name="value">The value; null is a tombstone.</param>
    /// <param name="cancellationToken">
    /// Ends the wait. A message that waited for room is then not sent; of one that is on its way the outcome is unknown. A token
    /// that can be cancelled costs some memory for each message.
    /// </param>
    /// <returns>The receipt.</returns>
    /// <exception cref="PublishRefusedException">The message breaks a limit, or the broker refused it.</exception>
    /// <exception cref="PublishOutcomeUnknownException">Nobody knows whether it is stored.</exception>
    public ValueTask<PublishReceipt> PublishAsync(NullableBytes key, NullableBytes value, CancellationToken cancellationToken = default)
    {
        if (!PublishActivity.IsWanted)
        {
            return Publish(OutgoingRecord.Of(key, value), cancellationToken);
        }

        using var scratch = Scratch.Take();
        return Publish(scratch, key, value, null, cancellationToken);
    }

    /// <summary>Publishes a message with options.</summary>
    /// <inheritdoc cref="PublishAsync(NullableBytes, NullableBytes, CancellationToken)"/>
    /// <param name="value">The value; null is a tombstone.</param>
    /// <param name="options">The key and everything else.</param>
    /// <param name="cancellationToken">Ends the wait, as without options.</param>
    public ValueTask<PublishReceipt> PublishAsync(NullableBytes value, PublishOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (MessageRules.Check(options) is { } wrong)
        {
            return ValueTask.FromException<PublishReceipt>(new PublishRefusedException(wrong));
        }

        using var scratch = Scratch.Take();
        return Publish(scratch, options.Key.Encode(scratch.Key), value, options, cancellationToken);
    }

    /// <summary>
    /// Waits until the producer has room, for code that publishes faster than it awaits receipts: without it, messages that
    /// find no room wait in memory of their own.
    /// </summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        if (!_engine.Buffer.IsFull)
        {
            return ValueTask.CompletedTask;
        }

        var waiter = new RoomWaiter();
        _engine.Buffer.Enter(waiter);
        return new ValueTask(Client.Background.RunAsync(() => waiter.EnterAsync(cancellationToken)));
    }

    /// <summary>Waits until everything that was published before has its outcome, whichever that is.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        new(Client.Background.RunAsync(FlushCoreAsync).WaitAsync(cancellationToken));

    /// <summary>Takes no messages any more, waits up to <see cref="ProducerOptions.DrainTimeout"/> for those that were published, and gives the rest up.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            _disposing ??= Client.Background.RunAsync(DisposeCoreAsync);
            return new ValueTask(_disposing);
        }
    }

    /// <summary>Publishes a message with the headers that the options ask for, behind those that are there, and its trace.</summary>
    internal ValueTask<PublishReceipt> Publish(
        Scratch scratch, NullableBytes key, NullableBytes value, PublishOptions? options, CancellationToken cancellationToken)
    {
        if (options is not null)
        {
            scratch.Headers.Add(options, Client.Clock);
        }

        var activity = PublishActivity.Start(_activity, Topic, options);
        scratch.Headers.AddTrace(options, activity);
        var partition = options?.Partition?.Number ?? OutgoingRecord.AnyPartition;
        var receipt = Publish(OutgoingRecord.Of(key, value, scratch.Headers.Span, partition, options?.NoRetry == true), cancellationToken);
        return activity is null ? receipt : PublishActivity.EndAsync(Client.Background, activity, receipt);
    }

    internal ValueTask<PublishReceipt> Publish(scoped in OutgoingRecord record, CancellationToken cancellationToken)
    {
        if (_isClosed || cancellationToken.IsCancellationRequested)
        {
            return _isClosed
                ? ValueTask.FromException<PublishReceipt>(new ObjectDisposedException(nameof(TopicProducer)))
                : ValueTask.FromCanceled<PublishReceipt>(cancellationToken);
        }

        if (MessageRules.Check(record) is { } refusal)
        {
            return ValueTask.FromException<PublishReceipt>(new PublishRefusedException(refusal));
        }

        if (_engine.Buffer.IsFull)
        {
            return PublishWhenThereIsRoom(record, cancellationToken);
        }

        var receipt = _engine.Append(record);
        return cancellationToken.CanBeCanceled && !receipt.IsCompleted
            ? new ValueTask<PublishReceipt>(receipt.AsTask().WaitAsync(cancellationToken))
            : receipt;
    }

    private ValueTask<PublishReceipt> PublishWhenThereIsRoom(scoped in OutgoingRecord record, CancellationToken cancellationToken)
    {
        var waiting = new WaitingMessage(record, _append);
        _engine.Buffer.Enter(waiting);
        return new ValueTask<PublishReceipt>(Client.Background.RunAsync(() => waiting.ReceiptAsync(cancellationToken)));
    }

    private async Task FlushCoreAsync()
    {
        if (_engine.Buffer.IsFull)
        {
            // Who joins the line now is let in behind everybody else, or turned away after them.
            var last = new RoomWaiter();
            _engine.Buffer.Enter(last);
            await last.Left;
        }

        foreach (var batch in _engine.Senders.SelectMany(sender => sender.Unfinished()).ToList())
        {
            await batch.WhenDoneAsync();
        }
    }

    private async Task DisposeCoreAsync()
    {
        try
        {
            await FlushCoreAsync().WaitAsync(_engine.Options.DrainTimeout, Client.Clock);
        }
        catch (TimeoutException)
        {
            // What is left is told below.
        }

        _engine.Close(new PublishNotSentException(new Refusal("producer", "disposed before the message was stored", $"to end within {_engine.Options.DrainTimeout}")));
        await _engine.WhenEndedAsync();
        _engine.Dispose();
    }
}
