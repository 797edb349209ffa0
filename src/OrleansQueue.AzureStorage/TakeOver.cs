using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>
/// Makes a new owner of a log, or ends a log. The last blob is sealed, so that nobody appends to it any more, and only then its length
/// is read; who then makes the blob of the next number is elected. Whoever comes second seals that one too and goes on.
/// </summary>
/// <param name="container">Where the log is.</param>
/// <param name="log">The log.</param>
/// <param name="fixedLevel">The level of its blobs, or null for that of the store.</param>
internal sealed class TakeOver(LogContainer container, LogId log, FormatLevel? fixedLevel = null)
{
    private readonly Guid _writer = Guid.NewGuid();

    /// <summary>Becomes the owner.</summary>
    /// <returns>What the owner sees, whose own, empty blob is the last.</returns>
    /// <exception cref="LogFencedException">A later owner than <paramref name="continues"/> has the log.</exception>
    /// <exception cref="InvalidDataException">A blob is missing between others.</exception>
    public async Task<LogView> OwnAsync(Epoch? continues, CancellationToken cancellationToken)
    {
        while (true)
        {
            var last = await EndLastAsync(continues, isToOwn: true, cancellationToken);
            var (number, mark) = NextOf(last, isDeletion: false);
            if (await container.TryCreateAsync(log, number, mark, cancellationToken) is { } listing)
            {
                var view = LogView.Of(listing.Blobs);
                if (view.FindGap() is { } gap)
                {
                    throw Lacking(gap);
                }

                await SweepAsync(listing, view, cancellationToken);
                return view;
            }
        }
    }

    /// <summary>Ends the log. Its last blob stays, or numbers would begin anew, and an earlier owner could take a new blob for its own.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await EndLastAsync(null, isToOwn: false, cancellationToken) is not { } last)
            {
                return;
            }

            var (number, mark) = last.Mark.IsDeletion ? (last.Number, last.Mark) : NextOf(last, isDeletion: true);
            var listing = last.Mark.IsDeletion ? await container.ListAsync(log, cancellationToken) : await container.TryCreateAsync(log, number, mark, cancellationToken);
            if (listing?.Last?.Number == number)
            {
                await DeleteAsync(listing.Blobs.SkipLast(1).Select(blob => BlobNames.OfBlob(log, blob.Number)).Concat(listing.Sidecars), cancellationToken);
                return;
            }
        }
    }

    private (long Number, BlobMark Mark) NextOf(LogBlob? last, bool isDeletion)
    {
        var number = last is null ? 1 : last.Number + 1;
        var epoch = new Epoch(last is null ? 0 : last.Mark.Epoch.Value + 1);
        var level = fixedLevel ?? container.Levels.Behind(last?.Mark.Level ?? FormatLevel.First);
        return (number, isDeletion || last is null || last.Mark.IsDeletion
            ? new BlobMark(container.Store, epoch, _writer, number, null, 0, Offset.Zero, isDeletion, level)
            : last.Mark with { Epoch = epoch, Writer = _writer, Position = last.End, Level = level });
    }

    /// <summary>Seals the last blob and reads its length; null where the log has none.</summary>
    private async Task<LogBlob?> EndLastAsync(Epoch? continues, bool isToOwn, CancellationToken cancellationToken)
    {
        for (long? doubtful = null; ;)
        {
            var listing = await container.ListAsync(log, cancellationToken);
            if (listing.Last is not { } last)
            {
                return null;
            }

            if (continues is { } earlier && last.Mark.Epoch > earlier)
            {
                throw new LogFencedException(log, earlier, last.Mark.Epoch);
            }

            // Looked for before anything is changed, since an opening that is tried again and again would leave a blob each time. An owner who went
            // on while the blobs were listed looks like a gap too, but has another last blob in the second listing.
            if (isToOwn && FindGap(listing) is { } gap)
            {
                doubtful = doubtful == last.Number ? throw Lacking(gap) : last.Number;
                continue;
            }

            // Where it is gone, a later one was made meanwhile.
            if (await container.SealAsync(log, last.Number, cancellationToken) is { } length)
            {
                return last with { Length = length };
            }
        }
    }

    private LogBlob? FindGap(LogListing listing)
    {
        var (number, mark) = NextOf(listing.Last, isDeletion: false);
        return LogView.Of([.. listing.Blobs, new LogBlob(number, mark, 0)]).FindGap();
    }

    private InvalidDataException Lacking(LogBlob gap) => new(
        $"Log {log} lacks a blob: that of number {gap.Number} begins at byte {gap.Mark.Position} of segment {gap.Mark.Segment}, and what comes before ends elsewhere. Nothing was changed.");

    /// <summary>Deletes what is no part of the log any more: blobs that stayed empty, and what a deletion that was broken off left. What it does not get rid of, the next opening does.</summary>
    private async Task SweepAsync(LogListing listing, LogView view, CancellationToken cancellationToken)
    {
        var own = view.Active.Mark;
        var gone = listing.Blobs.Where(blob => !view.Has(blob)).Select(blob => BlobNames.OfBlob(log, blob.Number));
        var orphans = listing.Sidecars.Where(name => BlobNames.SidecarOf(name) is { } of && (of.Origin != own.Origin || of.Segment < own.Start));
        try
        {
            await DeleteAsync(gone.Concat(orphans), cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && BlobFailure.IsOfStorage(failure))
        {
            // Nothing of it is ever read, and the log itself is open.
        }
    }

    private async Task DeleteAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await container.DeleteAsync(name, cancellationToken);
        }
    }
}
