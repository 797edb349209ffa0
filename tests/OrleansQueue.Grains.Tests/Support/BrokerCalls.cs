using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Support;

/// <summary>The calls that most tests make.</summary>
internal static class BrokerCalls
{
    private const int MostTries = 5;

    /// <summary>
    /// Creates a topic. While a cluster starts, a shard may have two owners for a moment, of which one is fenced and gives no answer; as a client
    /// does, the test asks again then, and finds what the call without an answer may have made.
    /// </summary>
    public static async Task<TopicDescription> CreateAsync(this IBroker broker, string name, TopicSettings settings)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var result = await broker.CreateTopicAsync(name, settings, CancellationToken.None);
                return tries > 1 && result is CreateTopicResult.Exists there ? there.Topic : Assert.IsType<CreateTopicResult.Created>(result).Topic;
            }
            catch (BrokerUnavailableException) when (tries < MostTries)
            {
            }
        }
    }

    public static async Task<ProduceResult> SendAsync(this IBroker broker, TopicDescription topic, int partition, string value) =>
        await broker.ProduceAsync(topic.Id, new Partition(partition), BatchOf(value), CancellationToken.None);

    /// <summary>Appends a batch of one record, and answers its offset.</summary>
    public static async Task<long> AppendAsync(this IBroker broker, TopicDescription topic, int partition, string value) =>
        Assert.IsType<ProduceResult.Appended>(await broker.SendAsync(topic, partition, value)).BaseOffset.Value;

    public static Task<FetchResult> FetchAsync(this IBroker broker, TopicDescription topic, int partition, long offset = 0, TimeSpan maxWait = default) =>
        broker.FetchAsync(new FetchRequest(new Position(topic.Id, new Partition(partition), new Offset(offset), Epoch.None)) { MaxWait = maxWait }, CancellationToken.None).AsTask();

    /// <summary>All values of a partition.</summary>
    public static async Task<List<string>> ReadAllAsync(this IBroker broker, TopicDescription topic, int partition)
    {
        var values = new List<string>();
        for (var next = 0L; ;)
        {
            var read = Assert.IsType<FetchResult.Fetched>(await broker.FetchAsync(topic, partition, next));
            if (read.Parts.Count == 0)
            {
                return values;
            }

            values.AddRange(ValuesOf(read));
            next = read.Next.Offset.Value;
        }
    }

    public static async Task<PartitionStatus> DescribeAsync(this IBroker broker, TopicDescription topic, int partition) =>
        Assert.IsType<PartitionStatus>(await broker.DescribePartitionAsync(topic.Id, new Partition(partition), CancellationToken.None));

    public static ReadOnlyMemory<byte> BatchOf(string value)
    {
        var builder = new RecordBatchBuilder();
        builder.Append(new Timestamp(1), NullableBytes.Null, Encoding.UTF8.GetBytes(value).AsSpan());
        return builder.Build(ProducerStamp.None);
    }

    private static List<string> ValuesOf(FetchResult.Fetched read)
    {
        var bytes = read.Parts.SelectMany(part => part.ToArray()).ToArray();
        var values = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes;
            using var batch = OpenedBatch.Open(bytes.AsMemory(at, size), BatchLimits.Default.MaxOpenedBytes);
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                values.Add(Encoding.UTF8.GetString(records.Current.Value.Span));
            }

            at += size;
        }

        return values;
    }
}
