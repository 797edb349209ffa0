using OrleansQueue.Cli;

return await CommandLine.RunAsync(args);
