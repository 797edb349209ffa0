using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Publishes text.</summary>
internal static class Publishing
{
    public static Task<PublishReceipt> Publish(this TopicProducer producer, string value, string? key = null, CancellationToken cancellationToken = default) =>
        producer.PublishAsync(Bytes(key), Bytes(value), cancellationToken).AsTask();

    public static Task<PublishReceipt> Publish(this TopicProducer producer, string value, PublishOptions options, CancellationToken cancellationToken = default) =>
        producer.PublishAsync(Bytes(value), options, cancellationToken).AsTask();

    /// <summary>Publishes values one after another without waiting, so that they share batches.</summary>
    public static List<Task<PublishReceipt>> PublishAll(this TopicProducer producer, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => producer.Publish($"{number}"))];

    /// <summary>A value that fills a batch of the smallest size to more than half, so that two never share one.</summary>
    public static string Half(string name) => name.PadRight(600, '.');

    private static NullableBytes Bytes(string? text) => NullableBytes.From(text is null ? null : Encoding.UTF8.GetBytes(text));
}
