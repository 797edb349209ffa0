using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints groups and how far they are: a line each, for people or as JSON.</summary>
internal abstract class GroupOutput
{
    public static GroupOutput For(ParseResult options) => options.GetValue(GlobalOptions.Json) ? new Json() : new Plain();

    public abstract int Write(GroupSummary group);

    public abstract void Write(GroupDescription group);

    /// <summary>A partition, as it stands for a group of a kind.</summary>
    public abstract void Write(GroupKind kind, GroupPartitionStatus status);

    public abstract void Write(ResetPlan plan, PartitionMove move);

    private static DateTimeOffset TimeOf(Timestamp time) => DateTimeOffset.FromUnixTimeMilliseconds(time.UnixMilliseconds);

    private sealed class Plain : GroupOutput
    {
        public override int Write(GroupSummary group)
        {
            Console.WriteLine($"{group.Name}: {Words.Of(group.Kind)}");
            return ExitCode.Done;
        }

        public override void Write(GroupDescription group)
        {
            var failures = group.PausedUntil is { } until ? $", paused by failures until {MessageJson.Show(TimeOf(until))}" : "";
            var state = $"{(group.IsPaused ? ", paused" : "")}{failures}{(group.Settings.Ephemeral ? ", ephemeral" : "")}";
            Console.WriteLine($"{group.Name}: {Words.Of(group.Settings.Kind)}, generation {group.Generation}, {group.Members.Count} members{state}");
            foreach (var member in group.Members)
            {
                Console.WriteLine($"  member {member.Id} ({member.Client}) reads {string.Join(", ", member.Topics)}");
            }
        }

        public override void Write(GroupKind kind, GroupPartitionStatus status)
        {
            if (kind == GroupKind.Queue)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {status.Partition.TopicName}/{status.Partition.Committed.Partition}: {(status.Queue is { } queue ? $"available {Known(status.Available)}, leased {queue.Leased}, delayed {queue.Delayed}, dead {queue.Dead}{(queue.ParkedKeys == 0 ? "" : $", parked keys {queue.ParkedKeys}")}" : "unknown")}"));
                return;
            }

            var partition = status.Partition;
            var lag = status.Lag is { } count
                ? string.Create(CultureInfo.InvariantCulture, $"end {status.End}, lag {count}, lag_seconds {(status.LagTime is { } time ? Math.Round(time.TotalSeconds, 3) : "unknown")}")
                : "end unknown";
            var stopped = partition.Stopped is { } at ? $", stopped at {at.Offset}: {at.Error.ReplaceLineEndings(" ")}" : "";
            var gaps = partition.Gaps == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", gaps {partition.Gaps}");
            Console.WriteLine($"  {partition.TopicName}/{partition.Committed.Partition}: committed {partition.Committed.Offset}, {lag}, owner {partition.Owner ?? "none"}{gaps}{stopped}");
        }

        public override void Write(ResetPlan plan, PartitionMove move) =>
            Console.WriteLine($"{plan.Topic}/{move.From.Partition}: {move.From.Offset} -> {move.To.Offset}");

        private static string Known(long? number) => number is { } value ? value.ToString(CultureInfo.InvariantCulture) : "unknown";
    }

    private sealed class Json : GroupOutput
    {
        public override int Write(GroupSummary group) => WriteLine(line =>
        {
            line.WriteString("group", group.Name);
            line.WriteString("kind", Words.Of(group.Kind));
        });

        public override void Write(GroupDescription group) => WriteLine(line =>
        {
            line.WriteString("group", group.Name);
            line.WriteString("kind", Words.Of(group.Settings.Kind));
            line.WriteNumber("generation", group.Generation.Value);
            line.WriteBoolean("paused", group.IsPaused);
            if (group.Settings.Kind == GroupKind.Queue)
            {
                line.WriteString("paused_until", group.PausedUntil is { } until ? MessageJson.Show(TimeOf(until)) : null);
            }

            line.WriteBoolean("ephemeral", group.Settings.Ephemeral);
            line.WriteStartArray("members");
            foreach (var member in group.Members)
            {
                line.WriteStringValue(member.Id);
            }

            line.WriteEndArray();
        });

        public override void Write(GroupKind kind, GroupPartitionStatus status) => WriteLine(line =>
        {
            var partition = status.Partition;
            line.WriteString("topic", partition.TopicName);
            line.WriteNumber("partition", partition.Committed.Partition.Number);
            if (kind == GroupKind.Queue)
            {
                JsonLines.WriteNumber(line, "available", status.Available);
                JsonLines.WriteNumber(line, "leased", status.Queue?.Leased);
                JsonLines.WriteNumber(line, "delayed", status.Queue?.Delayed);
                JsonLines.WriteNumber(line, "dead", status.Queue?.Dead);
                JsonLines.WriteNumber(line, "parked_keys", status.Queue?.ParkedKeys);
                JsonLines.WriteNumber(line, "finished", status.Queue?.Finished.Value);
                JsonLines.WriteNumber(line, "end", status.End?.Value);
                return;
            }

            line.WriteNumber("committed", partition.Committed.Offset.Value);
            JsonLines.WriteNumber(line, "end", status.End?.Value);
            JsonLines.WriteNumber(line, "lag", status.Lag);
            JsonLines.WriteNumber(line, "lag_seconds", status.LagTime is { } time ? Math.Round(time.TotalSeconds, 3) : null);
            line.WriteString("owner", partition.Owner);
            line.WriteNumber("gaps", partition.Gaps);
            JsonLines.WriteNumber(line, "stopped_at", partition.Stopped?.Offset.Value);
            line.WriteString("error", partition.Stopped?.Error);
        });

        public override void Write(ResetPlan plan, PartitionMove move) => WriteLine(line =>
        {
            line.WriteString("topic", plan.Topic);
            line.WriteNumber("partition", move.From.Partition.Number);
            line.WriteNumber("from", move.From.Offset.Value);
            line.WriteNumber("to", move.To.Offset.Value);
        });

        private static int WriteLine(Action<Utf8JsonWriter> fields)
        {
            JsonLines.Print(fields);
            return ExitCode.Done;
        }
    }
}
