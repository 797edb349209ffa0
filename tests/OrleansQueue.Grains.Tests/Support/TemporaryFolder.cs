namespace OrleansQueue.Grains.Tests.Support;

/// <summary>A folder of a test, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleansqueue-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
