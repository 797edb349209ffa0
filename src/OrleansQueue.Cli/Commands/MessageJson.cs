using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>How parts of a message appear in JSON.</summary>
internal static class MessageJson
{
    /// <summary>A name that repeats has an array of its values, in their order: an object that names something twice is read as if it named it once.</summary>
    public static void WriteHeaders(Utf8JsonWriter line, IReadOnlyList<MessageHeader> headers)
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

    /// <summary>A field of bytes, or null; what is no text in base64 under a name that says so.</summary>
    public static void WriteBytes(Utf8JsonWriter line, string name, ReadOnlyMemory<byte>? bytes)
    {
        line.WritePropertyName(NameOf(name, bytes));
        WriteValue(line, bytes);
    }

    /// <summary>A point in time.</summary>
    public static void WriteTime(Utf8JsonWriter line, string name, DateTimeOffset time) => line.WriteString(name, Show(time));

    /// <summary>How a point in time, which is one of UTC, is shown.</summary>
    public static string Show(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

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
