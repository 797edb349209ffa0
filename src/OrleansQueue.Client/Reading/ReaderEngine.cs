using System.Threading.Channels;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// Reads the partitions of a topic side by side. Of each there is one answer ahead: the next fetch begins when the one before
/// is taken, so memory stays bounded and the reader need not wait where there is something.
/// </summary>
internal sealed class ReaderEngine : IDisposable
{
    private readonly ClientContext _client;
    private readonly ReaderOptions _options;
    private readonly TopicWatch _topic;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<(PartitionFetcher From, FetchedRecords Records)> _answers =
        Channel.CreateUnbounded<(PartitionFetcher, FetchedRecords)>(new() { SingleReader = true });

    private int _partitions;

    private ReaderEngine(ClientContext client, TopicDescription topic, ReaderOptions options)
    {
        _client = client;
        _options = options;
        _topic = new TopicWatch(client, topic);
        _partitions = topic.Settings.Partitions;
    }

    public string Topic => _topic.Name;

    public TopicId TopicId => _topic.Id;

    /// <summary>Finds where to begin in each partition, and begins.</summary>
    public static async Task<ReaderEngine> OpenAsync(ClientContext client, string topic, ReaderOptions options, CancellationToken cancellationToken)
    {
        var found = await Topics.FindAsync(client, topic, cancellationToken);
        if (options.Partition is { } only && only.Number >= found.Settings.Partitions)
        {
            throw new UnknownPartitionException(topic, only);
        }

        var partitions = options.Partition is { } one ? [one] : Enumerable.Range(0, found.Settings.Partitions).Select(number => new Partition(number)).ToArray();
        var starts = await StartPositions.FindAsync(client, found, options.Start, partitions, cancellationToken);
        var engine = new ReaderEngine(client, found, options);
        foreach (var start in starts)
        {
            engine.Begin(start);
        }

        if (options.Partition is null)
        {
            _ = client.Background.Start(engine.WatchForPartitionsAsync);
        }

        return engine;
    }

    /// <summary>The next answer of any partition, if there is one already.</summary>
    public FetchedRecords? TryTake()
    {
        if (!_answers.Reader.TryRead(out var answer))
        {
            return null;
        }

        Fetch(answer.From);
        return answer.Records;
    }

    /// <summary>The next answer of any partition; null when the reader was disposed.</summary>
    public async Task<FetchedRecords?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _answers.Reader.WaitToReadAsync(cancellationToken))
        {
            if (TryTake() is { } records)
            {
                return records;
            }
        }

        return null;
    }

    public void Stop()
    {
        _answers.Writer.TryComplete();
        _stopping.Cancel();
    }

    public void Dispose() => _stopping.Dispose();

    private void Begin(Position start) => Fetch(new PartitionFetcher(_client, Topic, _options, start, () => _options.BytesOfOne(_partitions)));

    private void Fetch(PartitionFetcher from) => _client.Background.Start(async () =>
    {
        try
        {
            _answers.Writer.TryWrite((from, await from.NextAsync(_stopping.Token)));
        }
        catch (Exception problem)
        {
            // After dispose the channel is completed already, and the end of a cancelled fetch is nobody's news.
            _answers.Writer.TryComplete(problem);
        }
    });

    private async Task WatchForPartitionsAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_client.Options.TopicRefresh, _client.Clock, _stopping.Token);
                await _topic.RefreshAsync(_stopping.Token);
            }
            catch (Exception gone) when (gone is UnknownTopicException or TopicReplacedException)
            {
                _answers.Writer.TryComplete(gone);
                return;
            }
            catch (Exception)
            {
                // An outage is the business of the fetches, which give up when it lasts; the next refresh sees.
                continue;
            }

            for (; _partitions < _topic.Current.Settings.Partitions; _partitions++)
            {
                Begin(new Position(TopicId, new Partition(_partitions), Offset.Zero, Epoch.None));
            }
        }
    }
}
