namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Three silos that share their logs in memory.</summary>
public sealed class ThreeSilosStreamTests(SharedSilos<MemoryStorage> shared) : StreamSpec(shared.Silos), IClassFixture<SharedSilos<MemoryStorage>>;

/// <summary>Three silos that share their logs in memory, which is left when they stop.</summary>
public sealed class ThreeSilosRestartTests(MemoryStorage storage) : StreamRestartSpec(storage), IClassFixture<MemoryStorage>;

/// <summary>Three silos on Azure blobs.</summary>
public sealed class AzuriteStreamTests(SharedSilos<AzuriteStorage> shared) : StreamSpec(shared.Silos), IClassFixture<SharedSilos<AzuriteStorage>>;

/// <summary>Three silos on Azure blobs, and others after them.</summary>
public sealed class AzuriteRestartTests(AzuriteStorage storage) : StreamRestartSpec(storage), IClassFixture<AzuriteStorage>;

/// <summary>One silo on files.</summary>
public sealed class FilesStreamTests(SharedSilos<FilesStorage> shared) : StreamSpec(shared.Silos), IClassFixture<SharedSilos<FilesStorage>>;

/// <summary>One silo on files, and others after it.</summary>
public sealed class FilesRestartTests(FilesStorage storage) : StreamRestartSpec(storage), IClassFixture<FilesStorage>;
