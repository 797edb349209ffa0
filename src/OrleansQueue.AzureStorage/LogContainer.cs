using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>The container of a store, with the few things that are done to the blobs of logs.</summary>
internal sealed class LogContainer(BlobContainerClient container, StoreId store, FormatLevels levels)
{
    public StoreId Store => store;

    public FormatLevels Levels => levels;

    public AppendBlobClient Blob(LogId log, long number) => container.GetAppendBlobClient(BlobNames.OfBlob(log, number));

    public BlobClient Sidecar(string name) => container.GetBlobClient(name);

    /// <summary>What there is of a log. A blob that may still get longer when the listing begins may be longer than it says.</summary>
    /// <exception cref="InvalidDataException">A blob is none of a log, or of another store.</exception>
    public async Task<LogListing> ListAsync(LogId log, CancellationToken cancellationToken)
    {
        var blobs = new List<LogBlob>();
        var sidecars = new List<string>();
        await foreach (var item in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, BlobNames.PrefixOf(log), cancellationToken))
        {
            if (BlobNames.NumberOf(item.Name) is { } number)
            {
                blobs.Add(new LogBlob(number, ReadMark(item), item.Properties.ContentLength ?? 0));
            }
            else
            {
                sidecars.Add(item.Name);
            }
        }

        blobs.Sort(static (one, other) => one.Number.CompareTo(other.Number));
        return new LogListing(blobs, sidecars);
    }

    /// <summary>The logs that are not deleted.</summary>
    public async Task<IReadOnlyList<LogId>> ListLogsAsync(CancellationToken cancellationToken)
    {
        var last = new Dictionary<LogId, LogBlob>();
        await foreach (var item in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, BlobNames.AllLogs, cancellationToken))
        {
            if (BlobNames.NumberOf(item.Name) is { } number && BlobNames.TryParseLog(item.Name, out var log)
                && (!last.TryGetValue(log, out var before) || before.Number < number))
            {
                last[log] = new LogBlob(number, ReadMark(item), 0);
            }
        }

        return [.. last.Where(static log => !log.Value.Mark.IsDeletion).Select(static log => log.Key)];
    }

    /// <summary>Ends a blob: it takes no append from then on. Returns its length; null where there is no such blob.</summary>
    public async Task<long?> SealAsync(LogId log, long number, CancellationToken cancellationToken)
    {
        var blob = Blob(log, number);
        try
        {
            try
            {
                await blob.SealAsync(cancellationToken: cancellationToken);
            }
            catch (RequestFailedException failure) when (BlobFailure.IsSealed(failure))
            {
                // Another did it, or this request was sent twice.
            }

            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
        }
        catch (RequestFailedException failure) when (BlobFailure.IsMissing(failure))
        {
            return null;
        }
    }

    /// <summary>
    /// Makes the next blob of a log, which elects its maker: only one of those who ended the blob before can make it. Returns what there is of the log after that, of which the
    /// new blob is the last, or null where another made it.
    /// </summary>
    public async Task<LogListing?> TryCreateAsync(LogId log, long number, BlobMark mark, CancellationToken cancellationToken)
    {
        var blob = Blob(log, number);
        ETag tag;
        try
        {
            var options = new AppendBlobCreateOptions { Metadata = mark.Write(), Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } };
            tag = (await blob.CreateAsync(options, cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException failure) when (BlobFailure.IsThere(failure))
        {
            if (await TagOfAsync(blob, mark.Writer, cancellationToken) is not { } own)
            {
                return null;
            }

            tag = own;
        }

        // The name was free also if the blob of an earlier maker was deleted meanwhile. There is a higher one then, since the highest never is.
        var listing = await ListAsync(log, cancellationToken);
        if (listing.Last?.Number == number)
        {
            listing.Blobs[^1] = listing.Last with { Tag = tag };
            return listing;
        }

        await blob.DeleteIfExistsAsync(cancellationToken: cancellationToken);
        return null;
    }

    /// <summary>Deletes a blob of a log; does nothing where there is none.</summary>
    public Task DeleteAsync(LogId log, long number, CancellationToken cancellationToken) => DeleteAsync(BlobNames.OfBlob(log, number), cancellationToken);

    /// <summary>Deletes a blob; does nothing where there is none.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken) => await container.DeleteBlobIfExistsAsync(name, cancellationToken: cancellationToken);

    /// <summary>The tag of a blob, or null where it was not made by that writer.</summary>
    private async Task<ETag?> TagOfAsync(AppendBlobClient blob, Guid writer, CancellationToken cancellationToken)
    {
        try
        {
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return BlobMark.Read(blob.Name, properties.Metadata, levels).Writer == writer ? properties.ETag : null;
        }
        catch (RequestFailedException failure) when (BlobFailure.IsMissing(failure))
        {
            return null;
        }
    }

    private BlobMark ReadMark(BlobItem item)
    {
        var mark = BlobMark.Read(item.Name, item.Metadata, levels);
        return mark.Store == store
            ? mark
            : throw new InvalidDataException($"Blob {item.Name} belongs to store {mark.Store}, and its container to store {store}. Nothing was changed.");
    }
}
