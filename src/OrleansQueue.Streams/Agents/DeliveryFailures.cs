using Orleans.Runtime.Messaging;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Groups;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;

namespace OrleansQueue.Streams.Agents;

/// <summary>
/// Decides what becomes of events that a consumer did not take. Those of a batch are tried one by one, so that only the bad one counts; that one is
/// tried again until its attempts are used up, and then goes to the dead-letter topic, whatever time that takes.
/// </summary>
internal sealed class DeliveryFailures(ISiloParts silo, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The name under which the dead letters of a provider's streams are kept.</summary>
    public static string GroupOf(string provider) => $"streams of {provider}";

    /// <summary>A consumer could not be asked where it stands.</summary>
    public static void NotAsked(PartitionFeed feed, Exception error) => feed.Settings.Logger.PositionsNotRead(error, feed.Settings.Partition.Number, feed.Settings.Topic);

    /// <summary>Deals with a failure. False where the same batch is to be tried again after a while.</summary>
    public async Task<bool> DealWithAsync(StreamBatch batch, Exception error)
    {
        var subscription = batch.Subscription!;
        if (subscription.Cursor is not FeedCursor { Feed: var feed } || subscription.Current != batch)
        {
            // The subscription ended, or has gone on elsewhere meanwhile.
            return true;
        }

        if (feed.IsClosed || IsNobodysFault(error))
        {
            return false;
        }

        if (batch.Offsets.Length > 1)
        {
            subscription.DeliverSingly();
            return true;
        }

        var attempts = subscription.CountFailure();
        if (error is not MessageFormatException && attempts < feed.Settings.Options.DeliveryAttempts)
        {
            return false;
        }

        feed.Settings.Logger.EventGivenUp(error, batch.StreamId, subscription.Key.Id, batch.Offsets[0], attempts);
        await DeadLetterAsync(feed, batch, attempts, error);
        await TellAsync(feed, subscription, error);
        return true;
    }

    // The consumer was not reached, or nobody knows whether it was; a long call is one of these.
    private static bool IsNobodysFault(Exception error) =>
        error is TimeoutException or OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException or BrokerUnavailableException;

    private static async Task TellAsync(PartitionFeed feed, Subscription subscription, Exception error)
    {
        if (subscription.Consumer is { } consumer)
        {
            try
            {
                await OrleansInternals.TellAsync(consumer.Grain, consumer.Id, error);
            }
            catch (Exception problem)
            {
                feed.Settings.Logger.ConsumerNotReached(problem, subscription.Key.Stream, subscription.Key.Id);
            }
        }
    }

    private async Task DeadLetterAsync(PartitionFeed feed, StreamBatch batch, int attempts, Exception error)
    {
        while (true)
        {
            Exception? problem = null;
            try
            {
                if (await feed.FindAsync(batch.Offsets[0]) is not { } message)
                {
                    // Retention deleted it meanwhile; so it would have deleted the letter.
                    return;
                }

                var letter = DeadLetterRecord.Of(message, GroupOf(feed.Provider), attempts, error, Timestamp.Now(clock));
                if (await AppendAsync(feed, letter))
                {
                    return;
                }
            }
            catch (Exception failure) when (!feed.IsClosed)
            {
                problem = failure;
            }

            feed.Settings.Logger.DeadLetterNotStored(problem, batch.StreamId);
            await feed.PauseAsync(Pause);
        }
    }

    private async Task<bool> AppendAsync(PartitionFeed feed, ReadOnlyMemory<byte> letter)
    {
        var group = GroupOf(feed.Provider);
        var settings = DeadLetterTopic.SettingsOf(group, feed.Settings.Topic, partitions: 1, DeadLetterTopic.Retention);
        var topic = await silo.OpenOwnTopicAsync(DeadLetterTopic.NameOf(feed.Source.Topic, group), settings, CancellationToken.None);
        return await feed.Settings.Broker.ProduceAsync(topic.Id, new Partition(0), letter, CancellationToken.None) is ProduceResult.Appended;
    }
}
