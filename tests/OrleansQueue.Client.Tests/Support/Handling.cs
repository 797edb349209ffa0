using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Starts handlers of the test's.</summary>
internal static class Handling
{
    public static OrleansQueueBuilder With(this OrleansQueueBuilder queue, HandlerScript script)
    {
        queue.Services.TryAddSingleton(script);
        queue.Services.TryAddScoped<Scoped>();
        return queue;
    }

    /// <summary>A host with one handler of texts.</summary>
    public static Task<HandlerHost> HandleAsync(this Simulation run, HandlerScript script, Action<StreamHandlerOptions>? configure = null) =>
        HandlerHost.StartAsync(run, queue => queue.With(script).AddStreamHandler<string, ScriptedHandler>("orders", "billing", configure));

    /// <summary>A host with one handler of batches of texts.</summary>
    public static Task<HandlerHost> HandleBatchesAsync(this Simulation run, HandlerScript script, Action<StreamBatchHandlerOptions>? configure = null) =>
        HandlerHost.StartAsync(run, queue => queue.With(script).AddStreamBatchHandler<string, ScriptedBatchHandler>("orders", "billing", configure));

    /// <summary>Publishes texts as JSON, in turn to each partition.</summary>
    public static async Task PublishTextsAsync(this Simulation run, int partitions, params string[] texts)
    {
        run.Broker.CreateTopic("orders", partitions);
        await run.PublishMoreAsync(partitions, texts);
    }

    public static async Task PublishMoreAsync(this Simulation run, int partitions, params string[] texts)
    {
        await using var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>());
        for (var i = 0; i < texts.Length; i++)
        {
            await producer.PublishAsync(texts[i], new PublishOptions { Partition = new(i % partitions) });
        }
    }
}
