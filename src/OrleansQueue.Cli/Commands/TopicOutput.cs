using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints topics and partitions: a line each, for people or as JSON.</summary>
internal abstract class TopicOutput
{
    public static TopicOutput For(ParseResult options) => options.GetValue(GlobalOptions.Json) ? new Json() : new Plain();

    public abstract int Write(TopicDescription topic);

    public abstract int Write(PartitionStatus partition);

    private sealed class Plain : TopicOutput
    {
        public override int Write(TopicDescription topic)
        {
            var settings = topic.Settings;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{topic.Name}: partitions {settings.Partitions}, durability {Words.Of(settings.Durability)}, retention {Time(settings.RetentionTime)}, {Bytes(settings)}, timestamps {Words.Of(settings.Timestamps)}{(settings.AcceptForeignCodecs ? ", foreign codecs accept" : "")}{(settings.FixedPartitions ? ", growth refuse" : "")}{DeadLetters(settings)}"));
            return ExitCode.Done;
        }

        public override int Write(PartitionStatus partition)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  partition {partition.Partition}: offsets {partition.LogStart} to {partition.HighWatermark}, {partition.SizeInBytes} bytes, owner {partition.Owner}{(partition.Damage is { } damage ? $", damaged: {damage}" : "")}{(partition.HeldBy is { } group ? $", past its retention for group {group}" : "")}"));
            return ExitCode.Done;
        }

        private static string DeadLetters(Topics.TopicSettings settings) =>
            settings.DeadLettersOf is { } origin ? $", dead letters of group {origin.Group} from topic {origin.Topic}" : "";

        private static string Time(TimeSpan? time) => time is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds}s") : "for ever";

        private static string Bytes(Topics.TopicSettings settings) => settings.RetentionBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes a partition, when full {Words.Of(settings.WhenFull)}")
            : "any number of bytes";
    }

    private sealed class Json : TopicOutput
    {
        public override int Write(TopicDescription topic) => WriteLine(line =>
        {
            line.WriteString("topic", topic.Name);
            line.WriteString("id", topic.Id.ToString());
            line.WriteNumber("partitions", topic.Settings.Partitions);
            line.WriteString("durability", Words.Of(topic.Settings.Durability));
            JsonLines.WriteNumber(line, "retention_seconds", topic.Settings.RetentionTime?.TotalSeconds);
            JsonLines.WriteNumber(line, "retention_bytes", topic.Settings.RetentionBytes);
            line.WriteString("when_full", Words.Of(topic.Settings.WhenFull));
            line.WriteString("timestamps", Words.Of(topic.Settings.Timestamps));
            line.WriteString("foreign_codecs", Words.Of(topic.Settings.AcceptForeignCodecs ? ForeignCodecs.Accept : ForeignCodecs.Refuse));
            line.WriteString("growth", Words.Of(topic.Settings.FixedPartitions ? Growth.Refuse : Growth.Allow));
            line.WriteNumber("version", topic.Version);
            line.WriteString("dead_letters_of_group", topic.Settings.DeadLettersOf?.Group);
            line.WriteString("dead_letters_of_topic", topic.Settings.DeadLettersOf?.Topic);
        });

        public override int Write(PartitionStatus partition) => WriteLine(line =>
        {
            line.WriteNumber("partition", partition.Partition.Number);
            line.WriteNumber("start", partition.LogStart.Value);
            line.WriteNumber("end", partition.HighWatermark.Value);
            line.WriteNumber("bytes", partition.SizeInBytes);
            line.WriteNumber("epoch", partition.Epoch.Value);
            line.WriteString("owner", partition.Owner);
            line.WriteString("damage", partition.Damage);
            line.WriteString("held_by", partition.HeldBy);
        });

        private static int WriteLine(Action<Utf8JsonWriter> fields)
        {
            JsonLines.Print(fields);
            return ExitCode.Done;
        }
    }
}
