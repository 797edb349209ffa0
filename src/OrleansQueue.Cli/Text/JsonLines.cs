using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansQueue.Cli.Text;

/// <summary>Objects as one line each, as <c>--json</c> prints them. It is not used by several threads at once.</summary>
internal sealed class JsonLines : IDisposable
{
    // What stands in a terminal or a file is no HTML; relaxed escaping keeps texts as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Stream _output;
    private readonly Utf8JsonWriter _writer;

    public JsonLines(Stream output)
    {
        _output = output;
        _writer = new Utf8JsonWriter(output, Options);
    }

    /// <summary>Prints one line.</summary>
    public static void Print(Action<Utf8JsonWriter> fields)
    {
        using var output = Console.OpenStandardOutput();
        using var lines = new JsonLines(output);
        lines.Write(fields);
    }

    /// <summary>A number, or null.</summary>
    public static void WriteNumber(Utf8JsonWriter line, string name, double? number)
    {
        if (number is { } value)
        {
            line.WriteNumber(name, value);
        }
        else
        {
            line.WriteNull(name);
        }
    }

    public void Write(Action<Utf8JsonWriter> fields)
    {
        _writer.WriteStartObject();
        fields(_writer);
        _writer.WriteEndObject();
        _writer.Flush();
        _output.WriteByte((byte)'\n');
        _writer.Reset();
    }

    public void Dispose() => _writer.Dispose();
}
