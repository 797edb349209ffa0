using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints the cluster and its silos: a line each, for people or as JSON.</summary>
internal abstract class ClusterOutput
{
    public static ClusterOutput For(ParseResult options) => options.GetValue(GlobalOptions.Json) ? new Json() : new Plain();

    public abstract void Write(ClusterDescription cluster);

    public abstract void Write(RaiseFormatResult result);

    private sealed class Plain : ClusterOutput
    {
        public override void Write(ClusterDescription cluster)
        {
            Console.WriteLine($"store {cluster.Store} ({cluster.StoreName}), format level {cluster.Level}, {cluster.Silos.Count} silos");
            foreach (var silo in cluster.Silos)
            {
                Console.WriteLine($"  {silo.Name} ({silo.Address}): {(silo.Newest is { } newest ? $"version {silo.Version}, knows format levels {silo.Oldest} to {newest}" : "has not told yet")}");
            }
        }

        public override void Write(RaiseFormatResult result) => Console.WriteLine(result is RaiseFormatResult.Raised raised
            ? $"format level {raised.To}, before {raised.From}"
            : $"format level {((RaiseFormatResult.Newest)result).Level}, the newest that there is");
    }

    private sealed class Json : ClusterOutput
    {
        public override void Write(ClusterDescription cluster)
        {
            JsonLines.Print(line =>
            {
                line.WriteString("store", cluster.Store.ToString());
                line.WriteString("store_name", cluster.StoreName);
                line.WriteNumber("format_level", cluster.Level.Value);
            });
            foreach (var silo in cluster.Silos)
            {
                JsonLines.Print(line =>
                {
                    line.WriteString("silo", silo.Name);
                    line.WriteString("address", silo.Address);
                    line.WriteString("version", silo.Version);
                    JsonLines.WriteNumber(line, "oldest_level", silo.Oldest?.Value);
                    JsonLines.WriteNumber(line, "newest_level", silo.Newest?.Value);
                });
            }
        }

        public override void Write(RaiseFormatResult result) => JsonLines.Print(line =>
        {
            var (from, to) = result is RaiseFormatResult.Raised raised ? (raised.From, raised.To) : (((RaiseFormatResult.Newest)result).Level, ((RaiseFormatResult.Newest)result).Level);
            line.WriteNumber("format_level", to.Value);
            line.WriteNumber("before", from.Value);
        });
    }
}
