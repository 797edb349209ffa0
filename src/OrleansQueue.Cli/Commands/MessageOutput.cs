using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints messages: the value and nothing else, or everything as JSON.</summary>
internal abstract class MessageOutput : IDisposable
{
    public static MessageOutput For(Stream output, bool json) => json ? new Json(output) : new Plain(output);

    /// <summary>Prints a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="deliveryCount">How often it was delivered, this time included.</param>
    public abstract void Write(Delivery message, int deliveryCount);

    public virtual void Dispose()
    {
    }

    private sealed class Plain(Stream output) : MessageOutput
    {
        public override void Write(Delivery message, int deliveryCount)
        {
            output.Write((message.Value ?? default).Span);
            output.WriteByte((byte)'\n');
        }
    }

    private sealed class Json(Stream output) : MessageOutput
    {
        private readonly JsonLines _lines = new(output);

        public override void Write(Delivery message, int deliveryCount) => _lines.Write(line =>
        {
            line.WriteNumber("partition", message.Partition.Number);
            line.WriteNumber("offset", message.Offset.Value);
            MessageJson.WriteBytes(line, "key", message.Key);
            MessageJson.WriteBytes(line, "value", message.Value);
            MessageJson.WriteTime(line, "timestamp", DateTimeOffset.FromUnixTimeMilliseconds(message.Timestamp.UnixMilliseconds));
            MessageJson.WriteHeaders(line, message.Headers);
            line.WriteNumber("delivery_count", deliveryCount);
        });

        public override void Dispose()
        {
            _lines.Dispose();
            base.Dispose();
        }
    }
}
