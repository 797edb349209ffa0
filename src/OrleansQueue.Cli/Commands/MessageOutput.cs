using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints messages: the value and nothing else, or everything as JSON.</summary>
internal abstract class MessageOutput : IDisposable
{
    public static MessageOutput For(Stream output, bool json) => json ? new Json(output) : new Plain(output);

    public abstract void Write(Delivery message);

    public virtual void Dispose()
    {
    }

    private sealed class Plain(Stream output) : MessageOutput
    {
        public override void Write(Delivery message)
        {
            output.Write((message.Value ?? default).Span);
            output.WriteByte((byte)'\n');
        }
    }

    private sealed class Json(Stream output) : MessageOutput
    {
        private readonly JsonLines _lines = new(output);

        public override void Write(Delivery message) => _lines.Write(line =>
        {
            line.WriteNumber("partition", message.Partition.Number);
            line.WriteNumber("offset", message.Offset.Value);
            WriteBytes(line, "key", message.Key);
            WriteBytes(line, "value", message.Value);
            line.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(message.Timestamp.UnixMilliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            line.WriteStartObject("headers");
            foreach (var header in message.Headers)
            {
                WriteBytes(line, header.Name, header.Value);
            }

            line.WriteEndObject();
            line.WriteNumber("delivery_count", 1);
        });

        public override void Dispose()
        {
            _lines.Dispose();
            base.Dispose();
        }

        private static void WriteBytes(Utf8JsonWriter line, string name, ReadOnlyMemory<byte>? bytes)
        {
            if (bytes is not { } value)
            {
                line.WriteNull(name);
            }
            else if (Utf8.IsValid(value.Span))
            {
                line.WriteString(name, value.Span);
            }
            else
            {
                line.WriteBase64String($"{name}_base64", value.Span);
            }
        }
    }
}
