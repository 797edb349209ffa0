using System.Threading.Channels;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Publishes lines while it waits for the receipts of those before, in their order.</summary>
internal sealed class LinePublisher(TopicProducer producer, LineFormat format, PublishOptions options)
{
    // As many lines as wait for their receipts at once: enough for full batches in flight to many partitions.
    private const int MostWaiting = 100_000;

    /// <summary>Publishes all lines and answers how many of them failed, each of which stderr names.</summary>
    public async Task<long> RunAsync(TextReader input, ReceiptOutput? receipts, CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateBounded<Published>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        var awaiting = AwaitAsync(waiting.Reader, receipts);
        try
        {
            for (long line = 1; await input.ReadLineAsync(cancellationToken) is { } text; line++)
            {
                await producer.WaitForRoomAsync(cancellationToken);
                await waiting.Writer.WriteAsync(new Published(line, Publish(text)), cancellationToken);
            }
        }
        finally
        {
            // What was published is waited for even when the rest is cancelled.
            waiting.Writer.Complete();
            await awaiting;
        }

        return await awaiting;
    }

    private ValueTask<PublishReceipt> Publish(string line)
    {
        var (key, value) = format.Split(line);
        return options is { Headers.Count: 0, TimeToLive: null }
            ? producer.PublishAsync(LineFormat.Bytes(key), LineFormat.Bytes(value))
            : producer.PublishAsync(LineFormat.Bytes(value), options with { Key = key });
    }

    private static async Task<long> AwaitAsync(ChannelReader<Published> waiting, ReceiptOutput? receipts)
    {
        long failed = 0;
        while (await waiting.WaitToReadAsync())
        {
            while (waiting.TryRead(out var next))
            {
                // What is printed is seen at once where nothing else is ready to be printed.
                if (!next.Receipt.IsCompleted)
                {
                    receipts?.Flush();
                }

                failed += await TryAsync(next.Line, next.Receipt, receipts) ? 0 : 1;
            }

            receipts?.Flush();
        }

        return failed;
    }

    private static async Task<bool> TryAsync(long line, ValueTask<PublishReceipt> receipt, ReceiptOutput? receipts)
    {
        try
        {
            var received = await receipt;
            receipts?.Write(line, received);
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"line {line}: {error.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    private readonly record struct Published(long Line, ValueTask<PublishReceipt> Receipt);
}
