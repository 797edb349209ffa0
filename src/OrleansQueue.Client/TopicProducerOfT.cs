using System.Runtime.CompilerServices;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Publishes messages of a type to a topic.</summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed class TopicProducer<T> : ITopicProducer<T>, IAsyncDisposable
{
    private readonly TopicProducer _producer;
    private readonly IMessageSerializer<T> _serializer;
    private readonly Func<T, MessageKey>? _key;
    private readonly RecordHeader[] _headers;

    internal TopicProducer(TopicProducer producer, TypedProducerOptions<T> options)
    {
        _producer = producer;
        _serializer = options.Serializer ?? DefaultSerializer.Of<T>();
        _key = options.Key;
        _headers = HeadersOf(options.TypeAlias, _serializer.ContentType);
    }

    /// <inheritdoc/>
    public string Topic => _producer.Topic;

    /// <summary>The producer of bytes underneath, for messages that are bytes already.</summary>
    public TopicProducer Raw => _producer;

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PublishReceipt> PublishAsync(T message, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var scratch = Scratch.Take();
        _serializer.Serialize(message, scratch.Value);
        var key = options is { Key.IsNone: false } ? options.Key : _key?.Invoke(message) ?? MessageKey.None;
        return Publish(scratch, key, new NullableBytes(scratch.Value.WrittenSpan), options, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PublishOutcome>> PublishAsync(
        IEnumerable<T> messages, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (options is { MessageId: not null })
        {
            throw new ArgumentException("Several messages cannot have one message id.", nameof(options));
        }

        // The sequence is the caller's code, so it is walked where the caller is.
        var receipts = new List<Task<PublishReceipt>>();
        foreach (var message in messages)
        {
            await _producer.WaitForRoomAsync(cancellationToken);
            receipts.Add(TryPublish(message, options));
        }

        return await _producer.Client.Background.RunAsync(() => GatherAsync(receipts)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<PublishReceipt> DeleteAsync(MessageKey key, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (key.IsNone)
        {
            throw new ArgumentException("A tombstone deletes a key, so there must be one.", nameof(key));
        }

        using var scratch = Scratch.Take();
        return Publish(scratch, key, NullableBytes.Null, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _producer.FlushAsync(cancellationToken);

    /// <inheritdoc cref="TopicProducer.DisposeAsync"/>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    /// <summary>A publish of one among several: what its serializer or its key selector throws is its own outcome, as any other failure is.</summary>
    private Task<PublishReceipt> TryPublish(T message, PublishOptions? options)
    {
        try
        {
            return PublishAsync(message, options, CancellationToken.None).AsTask();
        }
        catch (Exception problem)
        {
            return Task.FromException<PublishReceipt>(problem);
        }
    }

    private ValueTask<PublishReceipt> Publish(
        Scratch scratch, MessageKey key, NullableBytes value, PublishOptions? options, CancellationToken cancellationToken)
    {
        if (options is not null && MessageRules.Check(options) is { } wrong)
        {
            return ValueTask.FromException<PublishReceipt>(new PublishRefusedException(wrong));
        }

        scratch.Headers.Add(_headers);
        return _producer.Publish(scratch, key.Encode(scratch.Key), value, options, cancellationToken);
    }

    private static async Task<IReadOnlyList<PublishOutcome>> GatherAsync(List<Task<PublishReceipt>> receipts)
    {
        var outcomes = new PublishOutcome[receipts.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            try
            {
                outcomes[i] = new(await receipts[i]);
            }
            catch (Exception problem)
            {
                outcomes[i] = new(problem);
            }
        }

        return outcomes;
    }

    private static RecordHeader[] HeadersOf(string? alias, string? contentType)
    {
        var headers = new List<RecordHeader>();
        if (alias is not null)
        {
            headers.Add(Header(HeaderNames.Type, alias));
        }

        if (contentType is not null and not ContentTypes.Json)
        {
            headers.Add(Header(HeaderNames.ContentType, contentType));
        }

        return [.. headers];
    }

    private static RecordHeader Header(string name, string value) => new(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
}
