using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What lies in a container, seen past the store.</summary>
internal static class StoredBlobs
{
    /// <summary>The blobs of logs and their sidecars with all that a change of one would change, in the order of their names.</summary>
    public static async Task<List<(string Name, long Length, string Tag)>> OfLogsAsync(this BlobContainerClient container)
    {
        var blobs = new List<(string, long, string)>();
        await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobNames.AllLogs, CancellationToken.None))
        {
            blobs.Add((item.Name, item.Properties.ContentLength ?? 0, item.Properties.ETag?.ToString() ?? ""));
        }

        return blobs;
    }

    /// <summary>The numbers of a log's blobs, each with its length.</summary>
    public static async Task<List<(long Number, long Length)>> OfLogAsync(this BlobContainerClient container, LogId log) =>
        [.. (await container.OfLogsAsync()).Where(blob => blob.Name.StartsWith(BlobNames.PrefixOf(log), StringComparison.Ordinal) && BlobNames.NumberOf(blob.Name) is not null)
            .Select(blob => (BlobNames.NumberOf(blob.Name)!.Value, blob.Length))];

    /// <summary>A log's blob with the highest number.</summary>
    public static async Task<long> LastOfAsync(this BlobContainerClient container, LogId log) => (await container.OfLogAsync(log))[^1].Number;

    public static AppendBlobClient BlobOf(this BlobContainerClient container, LogId log, long number) => container.GetAppendBlobClient(BlobNames.OfBlob(log, number));

    public static async Task<BlobMark> MarkOfAsync(this BlobContainerClient container, LogId log, long number)
    {
        var blob = container.BlobOf(log, number);
        return BlobMark.Read(blob.Name, (await blob.GetPropertiesAsync()).Value.Metadata, new());
    }

    /// <summary>Makes a blob as a store would make it.</summary>
    public static Task CreateAsync(this BlobContainerClient container, LogId log, long number, BlobMark mark) =>
        container.BlobOf(log, number).CreateAsync(new AppendBlobCreateOptions { Metadata = mark.Write() });
}
