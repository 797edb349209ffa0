using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Reads what lies before a group, and takes no part in it: nothing is leased, committed or created.</summary>
internal static class GroupPeek
{
    private const int ReadAhead = 64;

    /// <summary>Reads the partitions of a topic side by side, each from the first message on that the group has not finished.</summary>
    /// <exception cref="CommandFailedException">There is no such group, or it does not read the topic.</exception>
    public static async IAsyncEnumerable<Delivery> ReadAsync(
        Connection connection, string group, string topic, Action<ReaderGap> gapFound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var status = await connection.Client.Groups.DescribeAsync(group, cancellationToken) ?? throw GroupCommands.Unknown(group);
        var partitions = status.Partitions.Where(partition => partition.Partition.TopicName == topic).ToList();
        if (partitions.Count == 0)
        {
            throw new CommandFailedException($"Group {group} does not read topic {Refusal.OfText("topic", topic, "").Value}.");
        }

        var merged = Channel.CreateBounded<Delivery>(ReadAhead);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = partitions.Select(partition => PumpAsync(connection, topic, partition, gapFound, merged.Writer, ending.Token)).ToList();
        try
        {
            await foreach (var message in merged.Reader.ReadAllAsync(cancellationToken))
            {
                yield return message;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(reading);
        }
    }

    private static async Task PumpAsync(
        Connection connection, string topic, GroupPartitionStatus from, Action<ReaderGap> gapFound, ChannelWriter<Delivery> into, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ReaderOptions { Partition = from.Partition.Committed.Partition, Start = StartAt.Offset(from.Finished), GapFound = gapFound };
            await using var reader = await connection.Client.OpenReaderAsync(topic, options, cancellationToken);
            await foreach (var message in reader.ReadAsync(cancellationToken))
            {
                await into.WriteAsync(message, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody reads on.
        }
        catch (Exception problem)
        {
            // Whoever reads gets it in the place of the next message; only the first counts.
            into.TryComplete(problem);
        }
    }
}
