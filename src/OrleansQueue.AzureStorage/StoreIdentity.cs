using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>The blob that names the store of a container.</summary>
internal static class StoreIdentity
{
    /// <summary>The store of a container; a new one where the container holds nothing.</summary>
    /// <exception cref="InvalidDataException">It holds logs but names no store.</exception>
    /// <exception cref="FormatLevelException">It was made at a level that this version does not know.</exception>
    public static async Task<StoreMark> OpenAsync(BlobContainerClient container, StoreId newId, FormatLevels levels, CancellationToken cancellationToken)
    {
        var mark = await FindOrMakeAsync(container, new StoreMark(newId, levels.Range.Newest), cancellationToken);
        levels.Check($"Container {container.Name}", mark.CreatedAt);
        return mark;
    }

    private static async Task<StoreMark> FindOrMakeAsync(BlobContainerClient container, StoreMark fresh, CancellationToken cancellationToken)
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
                BinaryData.FromString(fresh.Write()),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellationToken);
        }
        catch (RequestFailedException failure) when (failure.Status is 409 or 412)
        {
            // Another silo was first, or the answer to this one's first try was lost.
        }

        return await ReadAsync(blob, cancellationToken) ?? throw new IOException($"Blob '{BlobNames.Identity}' of container {container.Name} is gone again.");
    }

    private static async Task<StoreMark?> ReadAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return StoreMark.TryRead((await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToString())
                ?? throw new InvalidDataException($"Blob '{blob.Name}' does not name a store: its first line should be '{StoreMark.Expected}'. Nothing was changed.");
        }
        catch (RequestFailedException failure) when (BlobFailure.IsMissing(failure))
        {
            return null;
        }
    }
}
