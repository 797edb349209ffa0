using System.Text;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Reads text.</summary>
internal static class ReadingText
{
    public static string? Text(this Delivery delivery) => delivery.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;

    /// <summary>The next deliveries; fewer where the reader ends.</summary>
    public static async Task<List<Delivery>> TakeAsync(this TopicReader reader, int count, CancellationToken cancellationToken = default)
    {
        var taken = new List<Delivery>();
        await foreach (var delivery in reader.ReadAsync(cancellationToken))
        {
            taken.Add(delivery);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>The next deliveries, all but the last of them processed.</summary>
    public static async Task<List<Delivery>> TakeAsync(this TopicConsumer consumer, int count, CancellationToken cancellationToken = default)
    {
        var taken = new List<Delivery>();
        await foreach (var delivery in consumer.ReadAsync(cancellationToken))
        {
            taken.Add(delivery);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }
}
