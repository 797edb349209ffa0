using OrleansQueue.ClientDemo;

return await DemoCommand.RunAsync(args);
