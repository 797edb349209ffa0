using System.Runtime.CompilerServices;

namespace OrleansQueue.Client;

/// <summary>The producers that the application got from its services.</summary>
internal sealed class HostedProducers
{
    private readonly Lock _lock = new();
    private readonly List<Func<long, Task>> _flushes = [];
    private volatile bool _areTopicsThere;

    /// <summary>Whether the host has started so far that the topics were seen to. Who publishes before sees to its own topic.</summary>
    public bool AreTopicsThere
    {
        get => _areTopicsThere;
        set => _areTopicsThere = value;
    }

    public void Add<T>(HostedProducer<T> producer)
    {
        lock (_lock)
        {
            _flushes.Add(producer.FlushIfOpenAsync);
        }
    }

    /// <summary>Waits until everything that was published has its outcome, at each producer as long as its options say, counted from <paramref name="began"/> on the clock's own scale.</summary>
    public Task FlushAsync(long began)
    {
        lock (_lock)
        {
            return Task.WhenAll(_flushes.Select(flush => flush(began)));
        }
    }
}

/// <summary>
/// A producer that is opened at its first use. What is published while it opens goes out in the order of the calls; where it
/// cannot be opened, those calls are told and the next one tries again.
/// </summary>
internal sealed class HostedProducer<T>(string topic, ClientContext client, TimeSpan drain, Func<CancellationToken, Task<TopicProducer<T>>> open)
    : ITopicProducer<T>, IAsyncDisposable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private Task<TopicProducer<T>>? _opening;
    private Task _line = Task.CompletedTask;
    private volatile TopicProducer<T>? _opened;

    public string Topic => topic;

    [OverloadResolutionPriority(1)]
    public ValueTask<PublishReceipt> PublishAsync(T message, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        _opened is { } producer
            ? producer.PublishAsync(message, options, cancellationToken)
            : new(InLineAsync(opened => opened.PublishAsync(message, options, cancellationToken).AsTask(), cancellationToken));

    public Task<IReadOnlyList<PublishOutcome>> PublishAsync(IEnumerable<T> messages, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        _opened is { } producer
            ? producer.PublishAsync(messages, options, cancellationToken)
            : InLineAsync(opened => opened.PublishAsync(messages, options, cancellationToken), cancellationToken);

    public ValueTask<PublishReceipt> DeleteAsync(MessageKey key, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        _opened is { } producer
            ? producer.DeleteAsync(key, options, cancellationToken)
            : new(InLineAsync(opened => opened.DeleteAsync(key, options, cancellationToken).AsTask(), cancellationToken));

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await Line().WaitAsync(cancellationToken);
        if (_opened is { } producer)
        {
            await producer.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Flushes for what is left of the time to drain since <paramref name="began"/>; what has no outcome then is closed with the producer.</summary>
    public async Task FlushIfOpenAsync(long began)
    {
        var left = drain - client.Clock.GetElapsedTime(began);
        try
        {
            await FlushAsync().AsTask().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, client.Clock);
        }
        catch (TimeoutException)
        {
            // Each publish that has no outcome yet is told when the producer is closed.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<TopicProducer<T>>? opening;
        lock (_lock)
        {
            if (_closing.IsCancellationRequested)
            {
                return;
            }

            _closing.Cancel();
            opening = _opening;
        }

        if (opening is not null && await Task.WhenAny(opening) is { IsCompletedSuccessfully: true })
        {
            await opening.Result.DisposeAsync();
        }

        _closing.Dispose();
    }

    /// <summary>Closes without waiting for it: a container that is disposed so would block a thread.</summary>
    public void Dispose() => client.Background.Start(() => DisposeAsync().AsTask());

    private Task Line()
    {
        lock (_lock)
        {
            return _line;
        }
    }

    private async Task<TResult> InLineAsync<TResult>(Func<TopicProducer<T>, Task<TResult>> publish, CancellationToken cancellationToken)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        Task<TopicProducer<T>> opening;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            opening = _opening is null or { IsFaulted: true } or { IsCanceled: true } ? _opening = open(_closing.Token) : _opening;
            before = _line;
            _line = entered.Task;
        }

        Task<TResult> published;
        try
        {
            await before;
            var producer = await opening.WaitAsync(cancellationToken);
            published = publish(producer);
            Open(producer, entered.Task);
        }
        finally
        {
            entered.SetResult();
        }

        return await published;
    }

    /// <summary>From now on nobody needs to stand in line, once the line is empty.</summary>
    private void Open(TopicProducer<T> producer, Task last)
    {
        lock (_lock)
        {
            if (_line == last)
            {
                _opened = producer;
            }
        }
    }
}
