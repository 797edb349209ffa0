using System.Text.Json;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq bench</c>: small runs, for what they print and not for how fast they are.</summary>
public sealed class BenchTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task Publish_and_consume_print_one_object_with_all_fields_and_verify_every_message()
    {
        await CheckAsync("publish", "--producers", "2");
        await CheckAsync("consume");
        await CheckAsync("latency", "--rate", "10000");
    }

    [Fact]
    public async Task Consume_publishes_first_what_the_topic_lacks()
    {
        var result = await silo.Oq.RunAsync("bench", "consume", "--topic", "lacks", "--messages", "1000", "--size", "100");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("lacks 1000 messages", result.ErrorLine, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(Assert.Single(result.Out)).RootElement.GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("--size", "15")]
    [InlineData("--size", "2MiB")]
    [InlineData("--messages", "0")]
    [InlineData("--producers", "65")]
    public async Task What_is_out_of_range_is_refused(string option, string value)
    {
        var result = await silo.Oq.RunAsync("bench", "publish", "--topic", "never", option, value);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(option, result.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain(await silo.Oq.DoneAsync("topic", "list"), line => line.StartsWith("never:", StringComparison.Ordinal));
    }

    private async Task CheckAsync(string work, params string[] more)
    {
        string[] arguments = ["bench", work, "--topic", "bench-os", "--messages", "5000", "--size", "200B", "--partitions", "2", "--durability", "os", .. more];
        var report = JsonDocument.Parse(Assert.Single(await silo.Oq.DoneAsync(arguments))).RootElement;

        Assert.Equal(work, report.GetProperty("work").GetString());
        Assert.Equal(5_000, report.GetProperty("messages").GetInt64());
        Assert.Equal(200, report.GetProperty("size").GetInt32());
        Assert.Equal("os", report.GetProperty("durability").GetString());
        Assert.Equal(2, report.GetProperty("warmup_s").GetInt32());
        Assert.True(report.GetProperty("verified").GetBoolean());
        Assert.All(["seconds", "per_second", "mb_per_second", "p50_ms", "p99_ms", "max_ms"], name => Assert.True(report.GetProperty(name).GetDouble() >= 0));
        Assert.True(report.GetProperty("max_ms").GetDouble() >= report.GetProperty("p99_ms").GetDouble());
    }
}
