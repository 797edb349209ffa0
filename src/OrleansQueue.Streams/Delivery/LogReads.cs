using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Streams.Events;

namespace OrleansQueue.Streams.Delivery;

/// <summary>What a read found.</summary>
internal abstract record LogRead
{
    private LogRead()
    {
    }

    /// <summary>Events, or none yet.</summary>
    /// <param name="Chunk">The events.</param>
    /// <param name="Next">Where to read on.</param>
    public sealed record Events(Chunk Chunk, Position Next) : LogRead;

    /// <summary>The place is not there any more.</summary>
    /// <param name="To">Where reading can go on.</param>
    /// <param name="IsOvertaken">Whether retention deleted what was there; else the log lost its tail.</param>
    public sealed record Moved(Position To, bool IsOvertaken) : LogRead;

    /// <summary>The topic is no more.</summary>
    public sealed record Gone : LogRead;
}

/// <summary>Reads a partition for its streams, and waits through outages however long they are.</summary>
internal sealed class LogReads(IBroker broker, ChunkReader reader, int maxBytes, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    /// <summary>Reads at a place without taking the answer apart; null where the place is not there any more.</summary>
    /// <exception cref="BrokerUnavailableException">It cannot be read at present.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<FetchResult.Fetched?> ReadRawAsync(Position from, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (await broker.FetchAsync(new FetchRequest(from) { MaxRecords = 1 }, cancellationToken))
            {
                case FetchResult.Fetched fetched:
                    return fetched;
                case FetchResult.Fenced or FetchResult.Throttled:
                    await Task.Delay(Pause, clock, cancellationToken);
                    break;
                case FetchResult.Overtaken or FetchResult.UnknownPartition or FetchResult.TopicReplaced:
                    return null;
                case var other:
                    throw new BrokerUnavailableException($"Partition {from.TopicPartition} cannot be read at offset {from.Offset}: {other}.");
            }
        }
    }

    /// <summary>Reads at a place, and waits for events up to a time where there are none.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<LogRead> ReadAsync(Position from, TimeSpan wait, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pause = Pause;
            try
            {
                var result = await broker.FetchAsync(new FetchRequest(from) { MaxBytes = maxBytes, MaxWait = wait }, cancellationToken);
                switch (result)
                {
                    case FetchResult.Fetched fetched:
                        return new LogRead.Events(reader.Read(from.Offset.Value, fetched), fetched.Next);
                    case FetchResult.Overtaken overtaken:
                        return new LogRead.Moved(overtaken.LogStart, IsOvertaken: true);
                    case FetchResult.Diverged diverged when diverged.LastCommon != from:
                        return new LogRead.Moved(diverged.LastCommon, IsOvertaken: false);
                    case FetchResult.UnknownPartition or FetchResult.TopicReplaced:
                        return new LogRead.Gone();
                    case FetchResult.Throttled throttled:
                        pause = throttled.After > pause ? throttled.After : pause;
                        break;
                    case FetchResult.Damaged damaged:
                        logger.PartitionDamaged(from.TopicPartition, from.Offset, damaged.Reason);
                        pause = LongPause;
                        break;
                    default:
                        break;
                }
            }
            catch (Exception problem) when (problem is BrokerUnavailableException or TimeoutException)
            {
                logger.PartitionUnavailable(problem, from.TopicPartition);
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }
}
