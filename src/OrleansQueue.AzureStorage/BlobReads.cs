using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansQueue.AzureStorage;

/// <summary>Reads ranges of blobs. A reader that goes on where it was gets more at once each time, so that a log is not read in a request for each batch.</summary>
internal sealed class BlobReads(LogContainer container, LogId log, ReadAheadCache ahead, BlobLogOptions options)
{
    private readonly ReadPace _pace = new(options.MaxReadAhead);

    /// <summary>Reads bytes of a segment across its blobs: what is here, or else the answer to one request. 0 where the segment ends.</summary>
    /// <exception cref="IOException">The storage cannot be read, or there is no such segment.</exception>
    public async ValueTask<int> ReadAsync(LogView view, Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken)
    {
        if (!view.Has(segment))
        {
            throw new FileNotFoundException($"There is no segment {segment} of log {log}.");
        }

        var done = 0;
        while (done < into.Length && view.Find(segment, position + done) is { } blob)
        {
            var at = position + done - blob.Mark.Position;
            var most = (int)Math.Min(into.Length - done, blob.Length - at);
            var got = ahead.Read(BlobNames.OfBlob(log, blob.Number), at, into.Span.Slice(done, most));
            if (got == 0)
            {
                return done != 0 ? done : await FetchAsync(blob, at, into[..Math.Min(most, _pace.Bytes)], cancellationToken);
            }

            done += got;
        }

        return done;
    }

    private async Task<int> FetchAsync(LogBlob blob, long at, Memory<byte> into, CancellationToken cancellationToken)
    {
        var client = container.Blob(log, blob.Number);
        var before = ahead.TakeEndingAt(client.Name, at);
        var length = (int)Math.Min(blob.Length - at, before == 0 ? into.Length : Math.Max(into.Length, Math.Min(2L * before, _pace.Bytes)));
        var bytes = await BlobFailure.TellAsync($"Reading blob {client.Name}", () => DownloadAsync(client, at, length, cancellationToken), cancellationToken);
        bytes.AsSpan(0, into.Length).CopyTo(into.Span);
        ahead.Add(client.Name, at, bytes);
        return into.Length;
    }

    private async Task<byte[]> DownloadAsync(AppendBlobClient client, long from, int length, CancellationToken cancellationToken)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = (await client.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(from, length) }, cancellationToken)).Value;
            await answer.Content.ReadExactlyAsync(bytes, cancellationToken);
        }
        catch
        {
            _pace.Slower();
            throw;
        }

        _pace.Took(length, Stopwatch.GetElapsedTime(began));
        return bytes;
    }
}
