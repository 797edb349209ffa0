using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>Finds topics by name.</summary>
internal static class Topics
{
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    public static async Task<TopicDescription> FindAsync(ClientContext client, string topic, CancellationToken cancellationToken) =>
        await AskAsync(client, topic, token => client.Broker.FindTopicAsync(topic, token), cancellationToken) ?? throw new UnknownTopicException(topic);

    /// <summary>Finds a topic, or has it created where the broker does so by itself or the client may.</summary>
    /// <exception cref="UnknownTopicException">There is no such topic, and it may not be created.</exception>
    public static async Task<TopicDescription> FindOrCreateAsync(ClientContext client, string topic, CancellationToken cancellationToken)
    {
        if (await AskAsync(client, topic, token => client.Broker.FindTopicToPublishAsync(topic, token), cancellationToken) is { } found)
        {
            return found;
        }

        if (!client.Options.AutoCreateTopics)
        {
            throw new UnknownTopicException(topic);
        }

        var result = await client.InsistAsync(
            $"Creating topic {topic}", token => client.Broker.CreateTopicAsync(topic, client.Options.NewTopics, token), cancellationToken);
        return result switch
        {
            CreateTopicResult.Created created => created.Topic,
            CreateTopicResult.Exists exists => exists.Topic,
            CreateTopicResult.Refused refused => throw new ArgumentException(refused.Reason.ToString(), nameof(topic)),
            _ => throw new BrokerUnavailableException($"An answer that is not understood: {result}"),
        };
    }

    private static Task<TopicDescription?> AskAsync(
        ClientContext client, string topic, Func<CancellationToken, ValueTask<TopicDescription?>> ask, CancellationToken cancellationToken)
    {
        if (TopicName.Check(topic) is { } wrong)
        {
            throw new ArgumentException(wrong.ToString(), nameof(topic));
        }

        return client.InsistAsync($"Finding topic {topic}", ask, cancellationToken);
    }
}
