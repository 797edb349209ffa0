namespace OrleansQueue.Core.Tests.Storage;

/// <summary>A folder on the real disk that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleansqueue-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
