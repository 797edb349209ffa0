using Orleans.Streams;
using OrleansQueue.Broker;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Delivery;

/// <summary>
/// Feeds the streams of one partition: it reads the log's end, tells the pulling agent which streams have something to deliver, gives each
/// subscription what comes next for it, from memory or from the log, and keeps how far each has come. It belongs to the scheduler of its agent;
/// only <see cref="Rewind"/>, <see cref="EndWait"/> and <see cref="AgentId"/> are for others.
/// </summary>
internal sealed partial class PartitionFeed : IDisposable
{
    // The agent looks after its own things between two calls.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const long LeastRead = 4 << 10;

    private readonly FeedSettings _settings;
    private readonly EventCache _cache;
    private readonly DeliveryBook _book;
    private readonly LogReads _reads;
    private readonly FeedWakes _wakes;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private EventShape _shape;
    private IPositionStore? _positions;
    private Position _next;
    private Task<LogRead>? _reading;
    private long _untakenFrom = long.MaxValue;

    public PartitionFeed(FeedSettings settings)
    {
        _settings = settings;
        _closed = _closing.Token;
        _cache = new EventCache(settings.Options.CacheBytesPerPartition);
        _book = new DeliveryBook(_cache);
        _shape = new EventShape(settings.Options.MaxBatchBytes, settings.IsFiltered, settings.Clock, settings.Readers);
        _wakes = new FeedWakes(settings.Clock);
        var reader = new ChunkReader(settings.Topic, invalid => settings.Logger.BatchUnreadable(settings.Topic, invalid.Message));
        _reads = new LogReads(settings.Broker, reader, ReadBytes(settings.Options), settings.Clock, settings.Logger);
    }

    /// <summary>The agent that calls, once it has called.</summary>
    public GrainId? AgentId { get; set; }

    /// <summary>What the feed works with.</summary>
    public FeedSettings Settings => _settings;

    /// <summary>The stream provider's name.</summary>
    public string Provider => _settings.Provider;

    /// <summary>Where the partition's records are.</summary>
    public TopicPartition Source => _next.TopicPartition;

    /// <summary>The offset behind the newest event that was read.</summary>
    public long End => _cache.End;

    /// <summary>How many subscriptions it serves.</summary>
    public int Subscriptions => _book.Count;

    /// <summary>The memory that its events take.</summary>
    public long CachedBytes => _cache.SizeInBytes;

    /// <summary>Whether it was told to end.</summary>
    public bool IsClosed => _closed.IsCancellationRequested;

    private bool IsAttached => _positions is not null;

    /// <summary>The streams that have something to deliver; none where nothing came for a while.</summary>
    public async Task<IList<IBatchContainer>> NextAsync()
    {
        var began = _settings.Clock.GetTimestamp();
        try
        {
            // The agent asks for more, so it has not ended: what it was told last it has taken in, and what it registered is registered.
            _untakenFrom = long.MaxValue;
            FinishNudges();
            while (!IsClosed && _settings.Clock.GetElapsedTime(began) < LongestWait && (IsAttached || await AttachAsync()))
            {
                CommitWhenDue();
                var notices = Collect();
                if (notices.Count != 0 || _nudged.Count != 0 || _wakes.IsEnded)
                {
                    // Where nothing came but a stream is registered, the agent is to ask anew, by which it says that it has not ended.
                    return notices;
                }

                await _wakes.WaitAsync(_reading, IsChanged ? ShorterOf(LongestWait, _settings.Options.CommitPeriod) : LongestWait);
            }
        }
        catch (OperationCanceledException) when (IsClosed)
        {
            // The agent is about to end.
        }

        return [];
    }

    /// <summary>Ends a wait of the agent at once, and all waits after it: the agent is about to end.</summary>
    public void EndWait() => _wakes.End();

    public void Dispose() => _closing.Dispose();

    /// <summary>Waits a while, or until the feed ends.</summary>
    /// <exception cref="OperationCanceledException">The feed ends.</exception>
    public Task PauseAsync(TimeSpan time) => Task.Delay(time, _settings.Clock, _closed);

    /// <summary>One event with everything that was stored with it; null where it is no more.</summary>
    public async Task<Client.Delivery?> FindAsync(long offset)
    {
        var from = new Position(_next.Topic, _next.Partition, new Offset(offset), Epoch.None);
        return await _reads.ReadRawAsync(from, _closed) is { } fetched
            ? new Client.FetchedRecords(_settings.Topic, from, fetched).Unpack().FirstOrDefault(delivery => delivery.Offset.Value == offset)
            : null;
    }

    // Some answers fit into each half of the memory.
    private static int ReadBytes(OrleansQueueStreamOptions options) => (int)Math.Clamp(options.CacheBytesPerPartition / 8, LeastRead, FetchRequest.DefaultMaxBytes);

    private static TimeSpan ShorterOf(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private List<IBatchContainer> Collect()
    {
        var notices = new List<IBatchContainer>();
        if (!IsAttached)
        {
            return notices;
        }

        if (_reading is { IsCompleted: true } done)
        {
            _reading = null;
            Take(done.GetAwaiter().GetResult(), notices);
        }

        if (IsAttached && !IsClosed)
        {
            _reading ??= _reads.ReadAsync(_next, FetchRequest.LongestWait, _closed);
        }

        AskRewound();
        AddNudges(notices);
        return notices;
    }

    private void Take(LogRead read, List<IBatchContainer> notices)
    {
        switch (read)
        {
            case LogRead.Events events:
                _next = events.Next;
                if (events.Chunk.End == events.Chunk.From)
                {
                    break;
                }

                _cache.AddNewest(events.Chunk);
                _book.Wake(events.Chunk);
                foreach (var (stream, found) in events.Chunk.Streams)
                {
                    _untakenFrom = Math.Min(_untakenFrom, found.First);
                    notices.Add(new StreamNotice(stream, new OffsetToken(found.First)));
                }

                break;
            case LogRead.Moved moved:
                GoOnAt(moved);
                break;
            default:
                Detach(_positions!.DropAsync(_closed));
                break;
        }
    }

    /// <summary>The end of the log is elsewhere than it was: subscriptions that had finished everything may have missed something.</summary>
    private void GoOnAt(LogRead.Moved moved)
    {
        var (from, to) = (_next.Offset.Value, moved.To.Offset.Value);
        _next = moved.To;
        _cache.Reset(to);
        foreach (var subscription in _book.All.Where(static subscription => subscription.IsDrained).ToList())
        {
            if (moved.IsOvertaken)
            {
                TellDeleted(subscription, from, to);
            }

            subscription.MoveTo(to, isDrained: true);
        }

        if (!moved.IsOvertaken)
        {
            _settings.Logger.TailLost(moved.To.TopicPartition, moved.To.Offset);
            foreach (var subscription in _book.All.Where(subscription => !subscription.IsDrained && subscription.Next > to).ToList())
            {
                subscription.MoveTo(to, isDrained: true);
                _book.Drained(subscription);
            }
        }
    }
}
