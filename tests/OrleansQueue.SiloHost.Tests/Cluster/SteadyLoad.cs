using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>Some producers that publish at a steady pace; at its end each message has its outcome.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private readonly List<SteadyProducer> _producers = [];

    public static async Task<SteadyLoad> StartAsync(ReceiptBook book, IReadOnlyList<SiloProgram> silos, int producers)
    {
        var load = new SteadyLoad();
        for (var producer = 0; producer < producers; producer++)
        {
            load._producers.Add(await SteadyProducer.StartAsync(book, silos));
        }

        return load;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_producers.Select(producer => producer.StopAsync()));
        foreach (var producer in _producers)
        {
            await producer.DisposeAsync();
        }
    }
}
