using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Three silos that share their logs in memory.</summary>
public sealed class MemoryStorage : StreamStorage
{
    internal override StreamSilosOptions NewSilos()
    {
        var memory = new SharedMemory();
        return Settings.Of(3, silo => silo.Services.AddSingleton(memory));
    }
}

/// <summary>One silo on files.</summary>
public sealed class FilesStorage : StreamStorage
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oq-streams-").FullName;

    internal override StreamSilosOptions NewSilos()
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        return Settings.Of(1, silo => silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.FilesPath = path)));
    }

    /// <inheritdoc/>
    public override Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
