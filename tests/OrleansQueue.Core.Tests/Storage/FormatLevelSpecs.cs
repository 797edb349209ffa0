using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Storage;

/// <summary>Memory that several users share, each of its own version.</summary>
public sealed class MemoryFormatLevelSpec : FormatLevelSpec
{
    private MemoryLogStore? _store;

    private protected override Task<ILogStore> OpenStoreAsync(FormatLevels levels)
    {
        _store ??= new MemoryLogStore(FileStores.Id, levels: levels);
        return Task.FromResult<ILogStore>(_store.For(levels));
    }
}

/// <summary>Files on the real disk.</summary>
public sealed class FileFormatLevelSpec : LastingFormatLevelSpec, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<ILogStore> OpenStoreAsync(FormatLevels levels) => await FileLogStore.OpenAsync(FileStores.Options(_folder.Path) with { Levels = levels });
}
