namespace OrleansQueue.ClientDemo.Hosting;

/// <summary>A folder that nobody used before and that is gone afterwards.</summary>
internal sealed class FreshFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleansqueue-demo-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"Folder {Path} could not be deleted: {error.Message}");
        }
    }
}
