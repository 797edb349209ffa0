using OrleansQueue.Broker;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>Whether a queue group is done with its topic, as the broker says.</summary>
internal static class QueueCheck
{
    /// <summary>Asserts that every message of every partition is completed: none is available, held, waits or is a dead letter.</summary>
    public static async Task AllDoneAsync(IReadOnlyList<SiloProgram> silos, string group, string topic, IReadOnlyList<long> ends)
    {
        await using var connection = await BrokerConnection.OpenAsync(silos);
        var found = (await connection.Broker.FindTopicAsync(topic, CancellationToken.None))!;
        for (var partition = 0; partition < ends.Count; partition++)
        {
            var status = await connection.Broker.DescribeQueueAsync(group, new TopicPartition(found.Id, new Partition(partition)), CancellationToken.None);
            Assert.Equal(new QueueStatus(new Offset(ends[partition]), 0, new Offset(ends[partition]), 0, 0, 0), status);
        }
    }
}
