using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Storage;

public sealed class MemoryLogStoreSpec : LogStoreSpec
{
    private protected override Task<ILogStore> OpenStoreAsync() => Task.FromResult<ILogStore>(new MemoryLogStore(FileStores.Id));
}
