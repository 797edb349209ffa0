using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints messages as they come: until there were enough, none came for a while, or the program is told to stop.</summary>
/// <param name="json">Whether as JSON.</param>
/// <param name="most">How many are enough.</param>
/// <param name="idle">When to stop.</param>
internal sealed class MessagePrinter(bool json, long most, IdleTimer idle)
{
    /// <summary>Prints messages that nobody has to finish.</summary>
    public Task<int> PrintAsync(IAsyncEnumerable<Delivery> messages) => PrintAsync(messages, static message => (message, 1), null);

    /// <summary>Prints messages of a stream group.</summary>
    public Task<int> PrintAsync(TopicConsumer consumer) =>
        PrintAsync(consumer.ReadAsync(idle.Token), static message => (message, 1), static message => message.CompleteAsync(CancellationToken.None).AsTask());

    /// <summary>Prints messages of a queue group.</summary>
    public Task<int> PrintAsync(QueueConsumer<ReadOnlyMemory<byte>> consumer) =>
        PrintAsync(consumer.ReadAsync(idle.Token), static message => (Readable(message), message.DeliveryCount), static message => message.CompleteAsync(CancellationToken.None));

    private async Task<int> PrintAsync<T>(IAsyncEnumerable<T> messages, Func<T, (Delivery Message, int DeliveryCount)> read, Func<T, Task>? completeAsync)
    {
        await using var stdout = new BufferedStream(StandardOutput.Open(), 1 << 16);
        using var output = MessageOutput.For(stdout, json);
        await using var deliveries = messages.GetAsyncEnumerator(idle.Token);

        // How long it took to get here says nothing of the messages.
        idle.Restart();
        try
        {
            for (var left = most; left > 0; left--)
            {
                if (!await NextAsync(deliveries, stdout, completeAsync is not null))
                {
                    break;
                }

                var (message, deliveryCount) = read(deliveries.Current);
                output.Write(message, deliveryCount);
                idle.Restart();
                if (completeAsync is not null && left == 1)
                {
                    await stdout.FlushAsync(CancellationToken.None);
                    await completeAsync(deliveries.Current);
                }
            }
        }
        catch (OperationCanceledException) when (idle.Token.IsCancellationRequested)
        {
            // Nothing came for as long as was asked for, or Ctrl-C: both are a good end.
        }

        await stdout.FlushAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    /// <summary>To ask a group for the next message says that the one before is processed, so that one must have left this process by then.</summary>
    private static async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> deliveries, BufferedStream stdout, bool isGroup)
    {
        if (isGroup)
        {
            await stdout.FlushAsync(CancellationToken.None);
        }

        var next = deliveries.MoveNextAsync();
        if (!next.IsCompleted)
        {
            // What is printed is seen at once where nothing else is ready to be printed.
            await stdout.FlushAsync(CancellationToken.None);
        }

        return await next;
    }

    /// <summary>The message as bytes.</summary>
    /// <exception cref="MessageFormatException">What stands in its place cannot be read.</exception>
    private static Delivery Readable(QueueDelivery<ReadOnlyMemory<byte>> message)
    {
        try
        {
            _ = message.Value;
        }
        catch (MessageFormatException problem) when (message.IsTombstone && problem.InnerException is null)
        {
            // A tombstone has no value, and is a message all the same.
        }

        return message.Raw;
    }
}
