using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace OrleansQueue.AzureStorage;

/// <summary>The blob that names the store of a container.</summary>
internal static class StoreIdentity
{
    private const string Title = "OrleansQueue store, format 1";

    /// <summary>The store of a container; a new one where the container holds nothing.</summary>
    /// <exception cref="InvalidDataException">It holds logs but names no store.</exception>
    public static async Task<StoreId> OpenAsync(BlobContainerClient container, StoreId newId, CancellationToken cancellationToken)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var blob = container.GetBlobClient(BlobNames.Identity);
        if (await ReadAsync(blob, cancellationToken) is { } known)
        {
            return known;
        }

        await foreach (var page in container.GetBlobsAsync(prefix: BlobNames.AllLogs, cancellationToken: cancellationToken).AsPages(pageSizeHint: 1))
        {
            if (page.Values.Count != 0)
            {
                throw new InvalidDataException($"Container {container.Name} holds logs but no blob '{BlobNames.Identity}', which names the store. Nothing was changed.");
            }
        }

        try
        {
            await blob.UploadAsync(
                BinaryData.FromString($"{Title}\n{newId}\n"),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellationToken);
        }
        catch (RequestFailedException failure) when (failure.Status is 409 or 412)
        {
            // Another silo was first, or the answer to this one's first try was lost.
        }

        return await ReadAsync(blob, cancellationToken) ?? throw new IOException($"Blob '{BlobNames.Identity}' of container {container.Name} is gone again.");
    }

    private static async Task<StoreId?> ReadAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var lines = (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToString().Split('\n');
            return lines.Length >= 2 && lines[0] == Title && Guid.TryParseExact(lines[1], "N", out var id)
                ? new StoreId(id)
                : throw new InvalidDataException($"Blob '{blob.Name}' does not name a store: its first line should be '{Title}'. Nothing was changed.");
        }
        catch (RequestFailedException failure) when (BlobFailure.IsMissing(failure))
        {
            return null;
        }
    }
}
