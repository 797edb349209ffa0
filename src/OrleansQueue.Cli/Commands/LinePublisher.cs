using System.Threading.Channels;
using OrleansQueue.Batches;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Publishes lines while it waits for the receipts of those before, in their order.</summary>
internal sealed class LinePublisher(TopicProducer producer, LineFormat format, PublishOptions options)
{
    // As many lines as wait for their receipts at once: enough for full batches in flight to many partitions.
    private const int MostWaiting = 100_000;

    // No message is longer, and the separator is not a part of it.
    private readonly int _longest = BatchLimits.Default.MaxMessageBytes + format.SeparatorSize;

    /// <summary>
    /// Publishes all lines, or those before the cancellation, and names on stderr each that failed. Answers
    /// <see cref="ExitCode.Unreachable"/> where all that failed did so for want of an answer, since they may be tried again;
    /// <see cref="ExitCode.Failed"/> where one was refused.
    /// </summary>
    public async Task<int> RunAsync(Stream input, ReceiptOutput? receipts, CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateBounded<Published>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        var awaiting = AwaitAsync(waiting.Reader, receipts);
        try
        {
            var lines = new LineReader(input, _longest);
            for (long number = 1; await lines.ReadAsync(cancellationToken) is { } line; number++)
            {
                await producer.WaitForRoomAsync(cancellationToken);
                await waiting.Writer.WaitToWriteAsync(cancellationToken);
                await waiting.Writer.WriteAsync(new Published(number, Publish(line)), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C ends the input; what becomes of the lines before it counts as ever.
        }
        finally
        {
            waiting.Writer.Complete();
            await awaiting;
        }

        return await awaiting;
    }

    private ValueTask<PublishReceipt> Publish(InputLine line)
    {
        if (line.IsTooLong)
        {
            return ValueTask.FromException<PublishReceipt>(new PublishRefusedException(Refusal.Of("line size", line.Size, $"at most {_longest} bytes")));
        }

        var (key, value) = format.Split(line.Bytes);
        return options is { Headers.Count: 0, TimeToLive: null }
            ? producer.PublishAsync(Bytes(key), Bytes(value))
            : producer.PublishAsync(Bytes(value), options with { Key = key is { } bytes ? new MessageKey(bytes) : MessageKey.None });
    }

    private static NullableBytes Bytes(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? new NullableBytes(some.Span) : NullableBytes.Null;

    private static async Task<int> AwaitAsync(ChannelReader<Published> waiting, ReceiptOutput? receipts)
    {
        var code = ExitCode.Done;
        while (await waiting.WaitToReadAsync())
        {
            while (waiting.TryRead(out var next))
            {
                // What is printed is seen at once where nothing else is ready to be printed.
                if (!next.Receipt.IsCompleted)
                {
                    receipts?.Flush();
                }

                var its = await TryAsync(next.Line, next.Receipt, receipts);
                code = its == ExitCode.Done || code == ExitCode.Failed ? code : its;
            }

            receipts?.Flush();
        }

        return code;
    }

    private static async Task<int> TryAsync(long line, ValueTask<PublishReceipt> receipt, ReceiptOutput? receipts)
    {
        try
        {
            var received = await receipt;
            receipts?.Write(line, received);
            return ExitCode.Done;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"line {line}: {error.Message.ReplaceLineEndings(" ")}");
            return ExitCode.Of(error);
        }
    }

    private readonly record struct Published(long Line, ValueTask<PublishReceipt> Receipt);
}
