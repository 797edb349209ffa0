using System.Globalization;
using OrleansQueue.Simulation;
using OrleansQueue.Simulation.Mutations;
using OrleansQueue.Simulation.Runs;

if (Arguments.Parse(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

if (arguments.Mutations)
{
    return await MutationRun.RunAsync(arguments.Only, Console.Out) ? 0 : 1;
}

if (arguments.Seed is { } single)
{
    var plan = Plan.Of(single);
    var replay = await Replay.RunAsync(plan, keepsText: true);
    await Console.Out.WriteLineAsync(string.Join('\n', replay.Trace));
    await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{plan}\nTrace {replay.Hash:x16}"));
    await Console.Out.WriteLineAsync(replay.IsGood ? $"Seed {single} passes." : $"Seed {single} fails: {string.Join('\n', replay.Problems)}");
    return replay.IsGood ? 0 : 1;
}

var campaign = new Campaign(arguments.From, arguments.Seeds, arguments.Longest, threads: 2);
var failed = campaign.Run();
if (failed is not null)
{
    await Console.Out.WriteLineAsync($"Seed {failed.Plan.Seed} fails: {failed.Problems[0]}");
    if (!arguments.KeepsLength)
    {
        await Console.Out.WriteLineAsync(await Replay.ExplainAsync(failed));
    }
}

await Console.Out.WriteLineAsync(campaign.Summary.Text(campaign.Took));
return failed is null ? 0 : 1;
