using System.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Groups;

/// <summary>The topic that a group's dead letters of a topic go to.</summary>
public static class DeadLetterTopic
{
    /// <summary>How long dead letters stay where nothing else is said.</summary>
    internal static TimeSpan Retention { get; } = TimeSpan.FromDays(30);

    /// <summary>Its name: <c>__dead.</c> and 32 hex digits of SHA-256 of topic id and group. It is part of the stored form.</summary>
    /// <param name="topic">The topic that the messages were published to.</param>
    /// <param name="group">The group that gave them up.</param>
    public static string NameOf(TopicId topic, string group)
    {
        byte[] whole = [.. topic.Value.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(group)];
        return $"__dead.{ShortDigest.Of(whole)}";
    }

    /// <summary>Its settings.</summary>
    internal static TopicSettings SettingsOf(string group, string topic, int partitions, TimeSpan retention) => new()
    {
        Partitions = partitions,
        RetentionTime = retention,
        DeadLettersOf = new DeadLetterOrigin(group, topic),
    };
}
