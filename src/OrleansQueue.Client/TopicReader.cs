using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace OrleansQueue.Client;

/// <summary>
/// Reads a topic without a group: nobody remembers where it was. It reads each partition in order and partitions as they
/// come. It waits through outages of up to <see cref="ClientOptions.ConnectTimeout"/> and throws after that, never hangs.
/// <para>
/// It reads ahead by one answer for each partition. It is one cursor: of its enumerators one is used at a time, and the next
/// goes on where the one before stopped.
/// </para>
/// </summary>
public sealed class TopicReader : IAsyncDisposable
{
    private readonly ReaderEngine _engine;
    private readonly ClientContext _client;
    private readonly bool _includesExpired;
    private Queue<Delivery> _rest = new();
    private int _isDisposed;

    private TopicReader(ReaderEngine engine, ClientContext client, bool includesExpired)
    {
        _engine = engine;
        _client = client;
        _includesExpired = includesExpired;
    }

    /// <summary>The topic's name.</summary>
    public string Topic => _engine.Topic;

    /// <summary>The topic's id.</summary>
    public TopicId TopicId => _engine.TopicId;

    internal static async Task<TopicReader> OpenAsync(ClientContext client, string topic, ReaderOptions options, CancellationToken cancellationToken) =>
        new(await ReaderEngine.OpenAsync(client, topic, options, cancellationToken), client, options.IncludeExpired);

    /// <summary>
    /// Reads answer by answer, for speed: the records of one are walked in place, without memory for each. Messages whose time
    /// to live is over are among them.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for more.</param>
    /// <exception cref="TopicReplacedException">The topic was deleted and created again.</exception>
    /// <exception cref="UnknownTopicException">The topic was deleted.</exception>
    /// <exception cref="UnknownPartitionException">The topic has no such partition.</exception>
    /// <exception cref="PartitionDamagedException">What comes next is damaged.</exception>
    /// <exception cref="ReaderGapException">Records are missing, and the options say to stop.</exception>
    /// <exception cref="Broker.BrokerUnavailableException">No broker answered for too long.</exception>
    public async IAsyncEnumerable<FetchedRecords> ReadBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var records = _engine.TryTake() ?? await _client.Background.RunAsync(() => _engine.TakeAsync(cancellationToken));
            if (records is null)
            {
                yield break;
            }

            yield return records;
        }
    }

    /// <summary>
    /// Reads message by message, each in memory of its own. Messages whose time to live is over are left out, unless the options
    /// say otherwise. A batch that cannot be read is thrown in its place; who reads again then goes on behind it.
    /// </summary>
    /// <inheritdoc cref="ReadBatchesAsync"/>
    /// <exception cref="Batches.InvalidBatchException">A batch is damaged, or in a codec that cannot be opened.</exception>
    public async IAsyncEnumerable<Delivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            while (_rest.TryDequeue(out var delivery))
            {
                if (delivery.Problem is { } problem)
                {
                    ExceptionDispatchInfo.Throw(problem);
                }

                if (_includesExpired || !delivery.IsExpired(_client.Clock))
                {
                    yield return delivery;
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            var records = _engine.TryTake() ?? await _client.Background.RunAsync(() => _engine.TakeAsync(cancellationToken));
            if (records is null)
            {
                yield break;
            }

            _rest = records.Unpack();
        }
    }

    /// <summary>Stops reading; enumerators end.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _engine.Stop();
            _engine.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
