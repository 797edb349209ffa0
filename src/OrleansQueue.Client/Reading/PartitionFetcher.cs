using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Reads one partition answer by answer, through outages and over gaps.</summary>
/// <param name="client">The client.</param>
/// <param name="topic">The topic's name.</param>
/// <param name="options">What to do at a gap.</param>
/// <param name="start">Where to begin.</param>
/// <param name="maxBytes">How much to ask for at a time; asked before each call.</param>
/// <param name="passed">Is told of each place that was reached without a record. Default: nobody.</param>
internal sealed class PartitionFetcher(ClientContext client, string topic, ReaderOptions options, Position start, Func<int> maxBytes, Action<Position>? passed = null)
{
    // A broker that is about to stop ends the waits of fetches; asking it on and on would keep both busy.
    private static readonly TimeSpan LeastBetweenEmptyAnswers = TimeSpan.FromMilliseconds(50);

    private readonly Outage _outage = new(client.Options.ConnectTimeout, client.Clock);

    /// <summary>Where it reads on.</summary>
    public Position Position { get; private set; } = start;

    private string What => $"Reading partition {Position.Partition} of topic {topic}";

    /// <summary>The next records; it waits until there are some.</summary>
    /// <exception cref="UnknownTopicException">The topic was deleted.</exception>
    /// <exception cref="TopicReplacedException">The topic was deleted and created again.</exception>
    /// <exception cref="UnknownPartitionException">The topic has no such partition.</exception>
    public async Task<FetchedRecords> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var from = Position;
            var asked = client.Clock.GetTimestamp();
            var result = await FetchAsync(cancellationToken);
            switch (result)
            {
                case null:
                    break;
                case FetchResult.Fetched fetched:
                    _outage.End();
                    Position = fetched.Next;
                    if (fetched.Selection.Count != 0)
                    {
                        return new FetchedRecords(topic, from, fetched);
                    }

                    passed?.Invoke(fetched.Next);
                    if (fetched.Next == from && client.Clock.GetElapsedTime(asked) < LeastBetweenEmptyAnswers)
                    {
                        await Task.Delay(LeastBetweenEmptyAnswers, client.Clock, cancellationToken);
                    }

                    break;
                case FetchResult.Diverged diverged:
                    await GoOnAsync(GapReason.Diverged, diverged.LastCommon, cancellationToken);
                    break;
                case FetchResult.Overtaken overtaken:
                    await GoOnAsync(GapReason.Overtaken, overtaken.LogStart, cancellationToken);
                    break;
                case FetchResult.Fenced:
                    await _outage.WaitAsync(What, null, TimeSpan.Zero, cancellationToken);
                    break;
                case FetchResult.Throttled throttled:
                    await _outage.WaitAsync(What, null, throttled.After, cancellationToken);
                    break;
                case FetchResult.UnknownPartition:
                    throw await WhyUnknownAsync(cancellationToken);
                default:
                    throw Failure(result);
            }
        }
    }

    private async Task<FetchResult?> FetchAsync(CancellationToken cancellationToken)
    {
        var request = new FetchRequest(Position) { MaxBytes = maxBytes(), MaxWait = FetchRequest.LongestWait };
        try
        {
            // The broker may keep the call for as long as it was asked to, and then has the time of any other call.
            return await client.TryAsync(token => client.Broker.FetchAsync(request, token), client.Options.CallTimeout + FetchRequest.LongestWait, cancellationToken);
        }
        catch (Exception problem) when (problem is BrokerUnavailableException or TimeoutException)
        {
            await _outage.WaitAsync(What, problem, TimeSpan.Zero, cancellationToken);
            return null;
        }
    }

    private async Task GoOnAsync(GapReason reason, Position to, CancellationToken cancellationToken)
    {
        if (to == Position)
        {
            // A broker that sends the reader where it is says nothing new.
            await _outage.WaitAsync(What, null, TimeSpan.Zero, cancellationToken);
            return;
        }

        _outage.End();
        var gap = new ReaderGap(topic, reason, Position, to);
        options.GapFound?.Invoke(gap);
        if (options.OnGap == OnGap.Stop)
        {
            throw new ReaderGapException(gap);
        }

        Position = to;
        passed?.Invoke(to);
    }

    /// <summary>Who keeps the partitions of a topic that is gone knows no more than that; whoever has its name now is told by the name.</summary>
    private async Task<Exception> WhyUnknownAsync(CancellationToken cancellationToken)
    {
        var found = await Topics.FindAsync(client, topic, cancellationToken);
        return found.Id == Position.Topic ? new UnknownPartitionException(topic, Position.Partition) : new TopicReplacedException(topic, Position.Topic, found.Id);
    }

    private Exception Failure(FetchResult result) => result switch
    {
        FetchResult.TopicReplaced replaced => new TopicReplacedException(topic, Position.Topic, replaced.Current),
        FetchResult.Damaged damaged => new PartitionDamagedException(topic, Position.Partition, damaged.Reason),
        FetchResult.Refused refused => new ReadRefusedException(refused.Reason),
        _ => new BrokerUnavailableException($"An answer that is not understood: {result}"),
    };
}
