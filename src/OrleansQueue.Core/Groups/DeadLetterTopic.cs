using System.Security.Cryptography;
using System.Text;

namespace OrleansQueue.Groups;

/// <summary>The topic that a group's dead letters of a topic go to.</summary>
public static class DeadLetterTopic
{
    private const int DigestBytes = 16;

    /// <summary>Its name: <c>__dead.</c> and 32 hex digits of SHA-256 of topic id and group. It is part of the stored form.</summary>
    /// <param name="topic">The topic that the messages were published to.</param>
    /// <param name="group">The group that gave them up.</param>
    public static string NameOf(TopicId topic, string group)
    {
        byte[] whole = [.. topic.Value.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(group)];
        return $"__dead.{Convert.ToHexStringLower(SHA256.HashData(whole).AsSpan(0, DigestBytes))}";
    }
}
