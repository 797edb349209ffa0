using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>One owner's handle of a log on append blobs.</summary>
internal sealed class BlobLog : ILog
{
    private readonly LogContainer _container;
    private readonly BlobAppends _appends;
    private readonly BlobReads _reads;
    private readonly BlobLogOptions _options;
    private readonly FormatLevel? _fixedLevel;
    private volatile LogView _view;
    private Task _working = Task.CompletedTask;
    private Task<StoreOutcome> _lastAppend = Task.FromResult(StoreOutcome.Done);
    private long _end;
    private int _blocks;
    private bool _isBroken;
    private bool _isFenced;

    public BlobLog(LogContainer container, LogId id, LogView view, BlobReads reads, FormatLevel? fixedLevel, BlobLogOptions options)
    {
        _container = container;
        _view = view;
        _reads = reads;
        _options = options;
        _fixedLevel = fixedLevel;
        _appends = new BlobAppends(container, id);
        Id = id;
        Segments = view.Segments;
        Epoch = view.Active.Mark.Epoch;
    }

    public LogId Id { get; }

    public Epoch Epoch { get; }

    public FormatLevel Level => _view.Active.Mark.Level;

    /// <summary>Reading a segment of 256 MiB takes seconds, in which a partition that moves or fails over is away.</summary>
    public bool UsesCheckpoints => true;

    /// <summary>Two: a request takes milliseconds, and what comes meanwhile need not wait for its end. One where the blob is full, as the next append begins another first.</summary>
    public int AppendsAtOnce => _blocks < _options.MaxBlocks ? 2 : 1;

    public IReadOnlyList<SegmentExtent> Segments { get; private set; }

    public TailReport Tail { get; private set; } = TailReport.Whole;

    /// <summary>
    /// Shows the batches of the last segment to <paramref name="observer"/>. An append is stored whole or not at all, so there is no torn
    /// tail, and anything wrong is damage.
    /// </summary>
    public async ValueTask RecoverAsync(ITailObserver observer, CancellationToken cancellationToken)
    {
        if (Segments.Count == 0)
        {
            return;
        }

        var last = Segments[^1];
        using var scanner = new SegmentScanner((position, into, token) => ReadAsync(last.FirstOffset, position, into, token), last.Length);
        var start = await observer.BeginAsync(this, last, cancellationToken);
        var end = await scanner.ScanAsync(start.Position, start.Continuity, observer, cancellationToken);
        if (end.Fault is not null)
        {
            Tail = new TailReport(Damage: new LogDamagedException($"log {Id} on blobs, segment {last.FirstOffset}", end.GoodEnd, end.Next.Next, end.Fault));
            Segments = [.. Segments.Take(Segments.Count - 1), last with { Length = end.GoodEnd }];
        }
    }

    public async ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var bytes = parts.Sum(part => (long)part.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, StoreLimits.MaxCommitBytes, nameof(parts));
        if (_view.Active.Mark.Segment is null)
        {
            throw new InvalidOperationException("A new log begins with a roll.");
        }

        ThrowIfDamaged();
        if (_blocks >= _options.MaxBlocks)
        {
            await Waits.EndOfAsync(_lastAppend);
            if (await WriteAsync(() => ContinueAsync(_view.Active.Mark with { Position = _view.Active.End })) != StoreOutcome.Done)
            {
                return StoreOutcome.Fenced;
            }

            _blocks = 0;
        }

        var (before, at) = (_lastAppend, _end);
        _end += bytes;
        _blocks++;
        _lastAppend = WriteAsync(() => AppendBehindAsync(before, at, parts, bytes));
        return await _lastAppend;
    }

    public async ValueTask<StoreOutcome> RollAsync(Offset firstOffset)
    {
        var active = _view.Active.Mark;
        if (firstOffset <= active.Segment)
        {
            throw new InvalidOperationException($"Segment {firstOffset} would not lie behind segment {active.Segment}.");
        }

        ThrowIfDamaged();
        var outcome = await WriteAsync(() => ContinueAsync(active with { Segment = firstOffset, Position = 0, Start = active.Segment is null ? firstOffset : active.Start }));
        _blocks = 0;
        return outcome;
    }

    public ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken) =>
        _reads.ReadAsync(_view, segment, position, into, cancellationToken);

    /// <summary>What is to go is first written into the mark of a new blob, which only the owner can make: so no other owner ever has segments that are gone.</summary>
    public async ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept)
    {
        var active = _view.Active;
        if (firstKept > active.Mark.Segment)
        {
            throw new InvalidOperationException($"Segment {active.Mark.Segment}, the last one, would go too.");
        }

        var gone = _view.Before(firstKept);
        var outcome = gone.Count != 0 && active.Mark.Start < firstKept
            ? await WriteAsync(() => ContinueAsync(active.Mark with { Position = active.End, Start = firstKept }))
            : await ConfirmAsync();
        if (outcome != StoreOutcome.Done || gone.Count == 0)
        {
            return outcome;
        }

        // A failure from here on leaves appends as they are, and the next call or the next owner goes on.
        var deleting = BlobFailure.TellAsync($"Deleting segments of log {Id} before {firstKept}", () => DeleteAsync(gone));
        _working = deleting;
        await deleting;
        _view = _view.From(firstKept);
        return StoreOutcome.Done;
    }

    public async ValueTask<StoreOutcome> ConfirmAsync()
    {
        var active = _view.Active;
        return await BlobFailure.TellAsync($"Asking for the owner of log {Id}", async () =>
        {
            if (await _appends.TakesAppendsAsync(active))
            {
                return StoreOutcome.Done;
            }

            // This owner too ends a blob, when it begins the next one, and may have failed to make that. Who is the owner has made the last one.
            return (await _container.ListAsync(Id, CancellationToken.None)).Last?.Mark.Writer == active.Mark.Writer ? StoreOutcome.Done : StoreOutcome.Fenced;
        });
    }

    public async ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content)
    {
        if (!_view.Has(segment))
        {
            throw new FileNotFoundException($"There is no segment {segment} of log {Id}.");
        }

        var blob = _container.Sidecar(NameOf(segment, kind));
        await BlobFailure.TellAsync($"Writing blob {blob.Name}", () => blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true));
    }

    public async ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken)
    {
        if (!_view.Has(segment))
        {
            return null;
        }

        var blob = _container.Sidecar(NameOf(segment, kind));
        try
        {
            var answer = await BlobFailure.TellAsync($"Reading blob {blob.Name}", () => blob.DownloadContentAsync(cancellationToken), cancellationToken);
            return answer.Value.Content.ToArray();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync() => await Waits.EndOfAsync(_working);

    /// <summary>Appends behind one that may still be under way. Where this one comes first, it is refused, and sent again when that one is there.</summary>
    private async Task<StoreOutcome> AppendBehindAsync(Task<StoreOutcome> before, long at, IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes)
    {
        var blob = _view.Active;
        var outcome = await _appends.AppendAsync(blob, at, parts, bytes, before);
        if (await before != StoreOutcome.Done)
        {
            return StoreOutcome.Fenced;
        }

        outcome ??= await _appends.AppendAsync(blob, at, parts, bytes, before)
            ?? throw new IOException($"Blob {BlobNames.OfBlob(Id, blob.Number)} takes no append at byte {at}, and nobody ended it.");
        if (outcome == StoreOutcome.Done)
        {
            _view = _view.Longer(bytes);
        }

        return outcome.Value;
    }

    /// <summary>Ends the blob that takes appends and begins the next one, of the level that is written now. Who took the log over meanwhile has made that.</summary>
    private async Task<StoreOutcome> ContinueAsync(BlobMark mark)
    {
        var active = _view.Active;
        var length = await _container.SealAsync(Id, active.Number, CancellationToken.None);
        if (length is null)
        {
            return StoreOutcome.Fenced;
        }

        if (length != active.Length)
        {
            throw new IOException($"Blob {BlobNames.OfBlob(Id, active.Number)} has {length} bytes, and {active.Length} were appended to it.");
        }

        mark = mark with { Level = _fixedLevel ?? _container.Levels.Behind(mark.Level) };
        if ((await _container.TryCreateAsync(Id, active.Number + 1, mark, CancellationToken.None))?.Last is not { } next)
        {
            return StoreOutcome.Fenced;
        }

        _end = 0;
        _view = _view.With(next);
        return StoreOutcome.Done;
    }

    /// <summary>Writes. After a write that failed, or met a later owner, nothing more is written.</summary>
    private async Task<StoreOutcome> WriteAsync(Func<Task<StoreOutcome>> write)
    {
        if (_isFenced)
        {
            return StoreOutcome.Fenced;
        }

        if (_isBroken)
        {
            throw new IOException($"A write to log {Id} failed before; it must be opened again.");
        }

        var writing = BlobFailure.TellAsync($"Writing log {Id}", write);
        _working = writing;
        try
        {
            var outcome = await writing;
            _isFenced |= outcome == StoreOutcome.Fenced;
            return outcome;
        }
        catch
        {
            _isBroken = true;
            throw;
        }
    }

    private async Task<bool> DeleteAsync(List<LogBlob> blobs)
    {
        foreach (var blob in blobs)
        {
            foreach (var kind in Enum.GetValues<Sidecar>())
            {
                await _container.DeleteAsync(BlobNames.OfSidecar(Id, blob.Mark.Origin, blob.Mark.Segment!.Value, kind), CancellationToken.None);
            }

            await _container.DeleteAsync(Id, blob.Number, CancellationToken.None);
        }

        return true;
    }

    private void ThrowIfDamaged()
    {
        if (Tail.Damage is { } damage)
        {
            throw damage;
        }
    }

    private string NameOf(Offset segment, Sidecar kind) => BlobNames.OfSidecar(Id, _view.Active.Mark.Origin, segment, kind);
}
