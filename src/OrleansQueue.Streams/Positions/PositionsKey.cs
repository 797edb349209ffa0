using System.Globalization;
using System.Text;

namespace OrleansQueue.Streams.Positions;

/// <summary>Whose positions they are: a provider's, in a partition. As text the key of their grain.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Provider">The provider's name.</param>
internal readonly record struct PositionsKey(TopicPartition Partition, string Provider)
{
    private const int TopicLength = 32;

    /// <summary>The journal that holds them.</summary>
    public LogId Log => LogId.Parse(string.Create(
        CultureInfo.InvariantCulture, $"streams-{ShortDigest.Of(Encoding.UTF8.GetBytes(Provider))}-{Partition.Topic.Value:n}-{Partition.Partition.Number}"));

    /// <exception cref="FormatException">The text is no such key.</exception>
    public static PositionsKey Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > TopicLength + 1 && text[TopicLength] == '+'
            && Guid.TryParseExact(text.AsSpan(0, TopicLength), "N", out var topic)
            && int.TryParse(text.AsSpan(TopicLength + 1, slash - TopicLength - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            return new PositionsKey(new TopicPartition(new TopicId(topic), new Partition(partition)), text[(slash + 1)..]);
        }

        throw new FormatException($"'{text}' is no key of positions of streams.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition.Topic.Value:n}+{Partition.Partition.Number}/{Provider}");
}
