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
            WriteHeaders(line, message.Headers);
            line.WriteNumber("delivery_count", 1);
        });

        public override void Dispose()
        {
            _lines.Dispose();
            base.Dispose();
        }

        /// <summary>A name that repeats has an array of its values, in their order: an object that names something twice is read as if it named it once.</summary>
        private static void WriteHeaders(Utf8JsonWriter line, IReadOnlyList<MessageHeader> headers)
        {
            line.WriteStartObject("headers");
            foreach (var same in headers.GroupBy(static header => NameOf(header.Name, header.Value)))
            {
                line.WritePropertyName(same.Key);
                if (same.Skip(1).Any())
                {
                    line.WriteStartArray();
                }

                foreach (var header in same)
                {
                    WriteValue(line, header.Value);
                }

                if (same.Skip(1).Any())
                {
                    line.WriteEndArray();
                }
            }

            line.WriteEndObject();
        }

        private static void WriteBytes(Utf8JsonWriter line, string name, ReadOnlyMemory<byte>? bytes)
        {
            line.WritePropertyName(NameOf(name, bytes));
            WriteValue(line, bytes);
        }

        private static string NameOf(string name, ReadOnlyMemory<byte>? bytes) => bytes is { } value && !Utf8.IsValid(value.Span) ? $"{name}_base64" : name;

        private static void WriteValue(Utf8JsonWriter line, ReadOnlyMemory<byte>? bytes)
        {
            if (bytes is not { } value)
            {
                line.WriteNullValue();
            }
            else if (Utf8.IsValid(value.Span))
            {
                line.WriteStringValue(value.Span);
            }
            else
            {
                line.WriteBase64StringValue(value.Span);
            }
        }
    }
}
