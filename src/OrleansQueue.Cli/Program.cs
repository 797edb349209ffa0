using OrleansQueue;
using OrleansQueue.Cli;

SocketTuning.CompleteInline();
return await CommandLine.RunAsync(args);
