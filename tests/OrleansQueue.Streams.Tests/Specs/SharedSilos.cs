using Orleans.Streams.Filtering;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Silos that all tests of a class share. Each test has streams and subscribers of its own in them.</summary>
public sealed class SharedSilos<TStorage> : IAsyncLifetime
    where TStorage : StreamStorage, new()
{
    private readonly TStorage _storage = new();
    private StreamSilos? _silos;

    internal StreamSilos Silos => _silos!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _storage.InitializeAsync();
        _silos = await StreamSilos.StartAsync(_storage.NewSilos() with { Silo = static silo => silo.AddStreamFilter<EvenFilter>(StreamSilos.Provider) });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_silos is not null)
        {
            await _silos.DisposeAsync();
        }

        await _storage.DisposeAsync();
    }
}

/// <summary>Lets subscriptions that ask for it have every second event.</summary>
internal sealed class EvenFilter : IStreamFilter
{
    public const string Even = "even";

    public bool ShouldDeliver(StreamId streamId, object item, string filterData) => filterData != Even || ((TestEvent)item).Number % 2 == 0;
}
