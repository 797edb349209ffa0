using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>
/// A store that passes everything on to another one, counts it, and lets the test hold appends back or answer them itself.
/// </summary>
internal sealed class GatedLogStore(ILogStore inner) : ILogStore
{
    private readonly Queue<GatedAppend> _waiting = new();

    /// <summary>Whether appends wait for the test.</summary>
    public bool Gated { get; set; }

    /// <summary>How many appends its logs take at once. The test lets them reach the store in their order.</summary>
    public int AppendsAtOnce { get; set; } = 1;

    /// <summary>Called before each roll; what it throws is the roll's failure, an outcome other than Done its answer.</summary>
    public Func<StoreOutcome>? OnRoll { get; set; }

    /// <summary>Called before each append; while it runs the next commit gathers.</summary>
    public Func<Task>? OnAppend { get; set; }

    /// <summary>Called before each deletion; what it throws is the deletion's failure.</summary>
    public Func<Task>? OnDelete { get; set; }

    /// <summary>Called before each question whether the owner still is one.</summary>
    public Action? OnConfirm { get; set; }

    /// <summary>Called before each opening.</summary>
    public Func<Task>? OnOpen { get; set; }

    /// <summary>Called before each read with the segment.</summary>
    public Func<Offset, Task>? OnRead { get; set; }

    /// <summary>Changes what a sidecar read answers.</summary>
    public Func<Offset, Sidecar, byte[]?, byte[]?>? OnSidecar { get; set; }

    /// <summary>Changes bytes that a read of a segment answers: the segment, the position and the bytes.</summary>
    public Action<Offset, long, Memory<byte>>? Spoil { get; set; }

    /// <summary>Makes reads of a segment end earlier than it does; null leaves it as it is.</summary>
    public Func<Offset, long?>? Cut { get; set; }

    /// <summary>The most bytes that one read of a segment answers.</summary>
    public int MostAtOnce { get; set; } = int.MaxValue;

    /// <summary>Changes the segments that an opened log has.</summary>
    public Func<SegmentExtent, SegmentExtent>? Shorten { get; set; }

    /// <summary>The number of parts of each append that reached the store.</summary>
    public List<int> Appends { get; } = [];

    /// <summary>The segments that were read, one entry for each read.</summary>
    public List<Offset> Reads { get; } = [];

    /// <summary>Handles that are open.</summary>
    public int OpenHandles { get; private set; }

    public int Waiting => _waiting.Count;

    public StoreId Id => inner.Id;

    public FormatLevel CreatedAt => inner.CreatedAt;

    public FormatLevels Levels => inner.Levels;

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken)
    {
        await (OnOpen?.Invoke() ?? Task.CompletedTask);
        var opened = await inner.OpenAsync(log, options, observer, cancellationToken);
        OpenHandles++;
        return new GatedLog(this, opened);
    }

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => inner.DeleteAsync(log, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Lets the oldest waiting append reach the store.</summary>
    public void Release() => _waiting.Dequeue().Answer.SetResult(null);

    /// <summary>Answers the oldest waiting append without storing anything.</summary>
    public void Answer(StoreOutcome outcome) => _waiting.Dequeue().Answer.SetResult(outcome);

    /// <summary>Fails the oldest waiting append; it may have been stored all the same.</summary>
    public async Task FailAsync(Exception error, bool stored)
    {
        var append = _waiting.Dequeue();
        if (stored)
        {
            await append.Store();
        }

        append.Answer.SetException(error);
    }

    private sealed record GatedAppend(Func<Task> Store)
    {
        public TaskCompletionSource<StoreOutcome?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class GatedLog(GatedLogStore store, ILog inner) : ILog
    {
        public LogId Id => inner.Id;

        public int AppendsAtOnce => store.AppendsAtOnce;

        public Epoch Epoch => inner.Epoch;

        public FormatLevel Level => inner.Level;

        public bool UsesCheckpoints => inner.UsesCheckpoints;

        public IReadOnlyList<SegmentExtent> Segments => store.Shorten is { } shorten ? [.. inner.Segments.Select(shorten)] : inner.Segments;

        public TailReport Tail => inner.Tail;

        public async ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            store.Appends.Add(parts.Count);
            await (store.OnAppend?.Invoke() ?? Task.CompletedTask);
            if (store.Gated)
            {
                var append = new GatedAppend(async () => await inner.AppendAsync(parts));
                store._waiting.Enqueue(append);
                if (await append.Answer.Task is { } answer)
                {
                    return answer;
                }
            }

            return await inner.AppendAsync(parts);
        }

        public async ValueTask<StoreOutcome> RollAsync(Offset firstOffset)
        {
            var outcome = store.OnRoll?.Invoke() ?? StoreOutcome.Done;
            return outcome == StoreOutcome.Done ? await inner.RollAsync(firstOffset) : outcome;
        }

        public async ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken)
        {
            store.Reads.Add(segment);
            await (store.OnRead?.Invoke(segment) ?? Task.CompletedTask);
            var end = store.Cut?.Invoke(segment) ?? long.MaxValue;
            into = into[..(int)Math.Clamp(end - position, 0, Math.Min(into.Length, store.MostAtOnce))];
            var got = await inner.ReadAsync(segment, position, into, cancellationToken);
            store.Spoil?.Invoke(segment, position, into[..got]);
            return got;
        }

        public async ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept)
        {
            await (store.OnDelete?.Invoke() ?? Task.CompletedTask);
            return await inner.DeleteBeforeAsync(firstKept);
        }

        public ValueTask<StoreOutcome> ConfirmAsync()
        {
            store.OnConfirm?.Invoke();
            return inner.ConfirmAsync();
        }

        public ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content) => inner.WriteSidecarAsync(segment, kind, content);

        public async ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken)
        {
            var file = await inner.ReadSidecarAsync(segment, kind, cancellationToken);
            return store.OnSidecar is { } change ? change(segment, kind, file) : file;
        }

        public ValueTask DisposeAsync()
        {
            store.OpenHandles--;
            return inner.DisposeAsync();
        }
    }
}
