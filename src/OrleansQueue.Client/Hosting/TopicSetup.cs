using System.Globalization;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>Sees to it that a topic is there as the application says.</summary>
internal static class TopicSetup
{
    /// <summary>Creates the topic where it is missing. Where it is otherwise than said, it is changed if that is wished, and the difference is logged if not.</summary>
    /// <exception cref="InvalidOperationException">The broker refused it.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    public static async Task EnsureAsync(ClientContext client, TopicRegistration topic, ILogger logger, CancellationToken cancellationToken)
    {
        var wanted = topic.Apply(new TopicSettings());
        var result = await client.InsistAsync($"Creating topic {topic.Name}", token => client.Broker.CreateTopicAsync(topic.Name, wanted, token), cancellationToken);
        switch (result)
        {
            case CreateTopicResult.Created:
                logger.TopicCreated(topic.Name);
                break;
            case CreateTopicResult.Exists exists:
                await CompareAsync(client, topic, exists.Topic, logger, cancellationToken);
                break;
            case CreateTopicResult.Refused refused:
                throw new InvalidOperationException($"Topic {topic.Name} was not created: {refused.Reason}");
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    private static async Task CompareAsync(ClientContext client, TopicRegistration topic, TopicDescription found, ILogger logger, CancellationToken cancellationToken)
    {
        while (topic.Apply(found.Settings) is var wanted && wanted != found.Settings)
        {
            if (!topic.AppliesChanges)
            {
                foreach (var setting in topic.Declared.Values.Where(setting => !Equals(setting.Get(found.Settings), setting.Get(wanted))))
                {
                    logger.TopicDiffers(topic.Name, setting.Name, Text(setting.Get(found.Settings)), Text(setting.Get(wanted)));
                }

                return;
            }

            var version = found.Version;
            switch (await client.InsistAsync($"Changing topic {topic.Name}", token => client.Broker.AlterTopicAsync(topic.Name, wanted, version, token), cancellationToken))
            {
                case AlterTopicResult.Altered altered:
                    logger.TopicChanged(topic.Name);
                    found = altered.Topic;
                    break;
                case AlterTopicResult.Conflict conflict:
                    found = conflict.Topic;
                    break;
                case AlterTopicResult.Refused refused:
                    throw new InvalidOperationException($"Topic {topic.Name} was not changed: {refused.Reason}");
                default:
                    throw new UnknownTopicException(topic.Name);
            }
        }
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "none";
}
