namespace OrleansQueue.Client;

/// <summary>The messages of a partition, one behind the other, for its handlers.</summary>
/// <param name="run">The partition.</param>
/// <param name="routes">Who takes what.</param>
/// <param name="options">How the member reads.</param>
/// <param name="clock">The time.</param>
internal sealed class MessageFeed(PartitionRun run, HandlerRoutes routes, ConsumerOptions options, TimeProvider clock)
{
    private AnswerMessages? _messages;
    private Task<bool>? _more;

    /// <summary>Waits for the next message; null when there will be none.</summary>
    public async Task<Delivery?> PeekAsync()
    {
        while (_messages?.TryPeek() is null)
        {
            _more ??= ReadMoreAsync();
            var isMore = await _more;
            _more = null;
            if (!isMore)
            {
                return null;
            }
        }

        return _messages.TryPeek();
    }

    /// <summary>Takes the next message, and with it those behind that its handler may get in the same batch.</summary>
    public async Task<List<Delivery>> TakeAsync(HandlerRoute? route)
    {
        var batch = new List<Delivery> { _messages!.TryTake()! };
        var began = clock.GetTimestamp();
        while (route is not null && batch.Count < route.MaxMessages
            && await PeekWithinAsync(route.MaxWait - clock.GetElapsedTime(began)) is { Problem: null } next
            && routes.Find(next) == route)
        {
            batch.Add(_messages.TryTake()!);
        }

        return batch;
    }

    private async Task<Delivery?> PeekWithinAsync(TimeSpan wait)
    {
        while (_messages?.TryPeek() is null)
        {
            _more ??= ReadMoreAsync();
            if (!_more.IsCompleted && wait <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                // What does not come in time is still on its way, and is there for the next batch.
                if (!await _more.WaitAsync(wait > TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, clock))
                {
                    return null;
                }
            }
            catch (TimeoutException)
            {
                return null;
            }

            _more = null;
        }

        return _messages.TryPeek();
    }

    private async Task<bool> ReadMoreAsync()
    {
        if (await run.NextAsync() is not { } records)
        {
            return false;
        }

        _messages = new AnswerMessages(run, records, options.IncludeExpired ? null : clock);
        return true;
    }
}
