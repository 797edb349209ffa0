using OrleansQueue;
using OrleansQueue.SiloHost;

SocketTuning.CompleteInline();
try
{
    var app = HostedSilo.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartFailure.Describe(error) is { } line)
{
    await Console.Error.WriteLineAsync($"OrleansQueue cannot start: {line}");
    return 1;
}
