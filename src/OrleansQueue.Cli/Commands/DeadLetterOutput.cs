using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints dead letters, for people or as JSON.</summary>
internal abstract class DeadLetterOutput : IDisposable
{
    protected Stream Output { get; } = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);

    public static DeadLetterOutput For(ParseResult options) => options.GetValue(GlobalOptions.Json) ? new Json() : new Plain();

    /// <summary>A dead letter in a line.</summary>
    public abstract void Write(DeadLetter letter);

    /// <summary>A dead letter with its value and its headers.</summary>
    public abstract void WriteWhole(DeadLetter letter);

    /// <summary>How many dead letters something was done to.</summary>
    public abstract void WriteCount(string what, long count);

    public virtual void Dispose() => Output.Dispose();

    private sealed class Plain : DeadLetterOutput
    {
        public override void Write(DeadLetter letter) => WriteLine(
            $"{letter.Id}: {letter.Topic}/{letter.Partition} offset {letter.Offset}, key {Text(letter.Key)}, attempts {letter.Attempts}, {Time(letter)}{Line(", reason ", letter.Reason)}{Line(", error ", letter.Error)}");

        public override void WriteWhole(DeadLetter letter)
        {
            Write(letter);
            WriteLine($"message id: {letter.MessageId}");
            WriteLine($"trace: {letter.TraceParent ?? "none"}");
            foreach (var header in letter.Raw.Headers)
            {
                WriteLine($"header {header.Name}: {Text(header.Value)}");
            }

            WriteLine($"value: {Text(letter.Raw.Value)}");
        }

        public override void WriteCount(string what, long count) => WriteLine($"{count} {what}");

        private static string Time(DeadLetter letter) => letter.Time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

        private static string Line(string before, string? text) => text is null ? "" : $"{before}{text.ReplaceLineEndings(" ")}";

        private static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } value ? Encoding.UTF8.GetString(value.Span) : "none";

        private void WriteLine(FormattableString line)
        {
            Output.Write(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture)));
            Output.WriteByte((byte)'\n');
        }
    }

    private sealed class Json : DeadLetterOutput
    {
        private readonly JsonLines _lines;

        public Json() => _lines = new JsonLines(Output);

        public override void Write(DeadLetter letter) => _lines.Write(line => WriteFields(line, letter));

        public override void WriteWhole(DeadLetter letter) => _lines.Write(line =>
        {
            WriteFields(line, letter);
            MessageJson.WriteBytes(line, "value", letter.Raw.Value);
            MessageJson.WriteHeaders(line, letter.Raw.Headers);
        });

        public override void WriteCount(string what, long count) => _lines.Write(line => line.WriteNumber(what, count));

        public override void Dispose()
        {
            _lines.Dispose();
            base.Dispose();
        }

        private static void WriteFields(Utf8JsonWriter line, DeadLetter letter)
        {
            line.WriteString("id", letter.Id);
            line.WriteString("topic", letter.Topic);
            line.WriteNumber("partition", letter.Partition.Number);
            line.WriteNumber("offset", letter.Offset.Value);
            MessageJson.WriteBytes(line, "key", letter.Key);
            line.WriteString("message_id", letter.MessageId);
            line.WriteNumber("attempts", letter.Attempts);
            line.WriteString("reason", letter.Reason);
            line.WriteString("error", letter.Error);
            MessageJson.WriteTime(line, "time", letter.Time);
            line.WriteString("trace_parent", letter.TraceParent);
        }
    }
}
