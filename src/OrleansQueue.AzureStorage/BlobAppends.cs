using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>
/// Appends at an expected position, so that a request that is sent twice is stored once; and finds out what became of one that was
/// refused: its answer may have been lost, and the refusal be that of the second try.
/// </summary>
internal sealed class BlobAppends(LogContainer container, LogId log)
{
    /// <summary>Appends at a position of a blob; null where it may have come there before what it lies behind, and is to be sent again when that is there.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="position">Where it ends.</param>
    /// <param name="parts">What to append.</param>
    /// <param name="bytes">How long that is.</param>
    /// <param name="before">The append before it, which may be under way. While it is, a refusal says nothing, and the blob need not be asked why.</param>
    /// <exception cref="RequestFailedException">What became of it is not known.</exception>
    public async Task<StoreOutcome?> AppendAsync(LogBlob blob, long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes, Task before)
    {
        var client = container.Blob(log, blob.Number);
        var isNext = before.IsCompleted;
        try
        {
            await client.AppendBlockAsync(
                new PartsStream(parts), new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position, IfMatch = position == 0 ? blob.Tag : null } });
            return StoreOutcome.Done;
        }
        catch (RequestFailedException failure) when (BlobFailure.IsRefusal(failure))
        {
            return isNext ? await FindOutcomeAsync(client, position, parts, bytes, failure) : null;
        }
    }

    /// <summary>Whether a blob is there, the same that it was, and not ended.</summary>
    public async Task<bool> TakesAppendsAsync(LogBlob blob) =>
        await PropertiesOfAsync(container.Blob(log, blob.Number)) is { IsSealed: false } properties && (properties.ContentLength != 0 || properties.ETag == blob.Tag);

    private static async Task<StoreOutcome?> FindOutcomeAsync(AppendBlobClient client, long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes, RequestFailedException refusal)
    {
        if (await PropertiesOfAsync(client) is not { } properties)
        {
            return StoreOutcome.Fenced;
        }

        if (properties.ContentLength >= position + bytes && await HoldsAsync(client, position, parts, bytes))
        {
            return StoreOutcome.Done;
        }

        // Others append only to blobs of their own; so where the bytes are not there, the blob was ended before them, or what comes before them is not there yet.
        return properties.IsSealed ? StoreOutcome.Fenced
            : properties.ContentLength <= position ? null
            : throw new IOException($"Blob {client.Name} has other bytes at {position}.", refusal);
    }

    private static async Task<bool> HoldsAsync(AppendBlobClient client, long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes)
    {
        using var answer = (await client.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(position, bytes) })).Value;
        using var expected = new PartsStream(parts);
        var (there, own) = (new byte[1 << 16], new byte[1 << 16]);
        for (long done = 0; done < bytes;)
        {
            var length = (int)Math.Min(there.Length, bytes - done);
            await answer.Content.ReadExactlyAsync(there.AsMemory(0, length));
            expected.ReadExactly(own.AsSpan(0, length));
            if (!there.AsSpan(0, length).SequenceEqual(own.AsSpan(0, length)))
            {
                return false;
            }

            done += length;
        }

        return true;
    }

    private static async Task<BlobProperties?> PropertiesOfAsync(AppendBlobClient client)
    {
        try
        {
            return (await client.GetPropertiesAsync()).Value;
        }
        catch (RequestFailedException failure) when (BlobFailure.IsMissing(failure))
        {
            return null;
        }
    }
}
