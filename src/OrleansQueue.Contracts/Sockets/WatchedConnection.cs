using System.IO.Pipelines;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>
/// Counts how often something is sent and received over a connection, a block at a time. Each count has one writer, so that a block costs
/// an addition and no copy.
/// </summary>
internal sealed class WatchedConnection : IDuplexPipe
{
    private long _sent;
    private long _heard;
    private long _sentWhenHeard;
    private long _heardBefore = -1;
    private bool _isSuspect;

    public WatchedConnection(IDuplexPipe transport) => (Input, Output) = (new Reader(transport.Input, this), new Writer(transport.Output, this));

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>In how many rounds, one after the other, nothing came though something had been sent before.</summary>
    public int SilentRounds { get; private set; }

    /// <summary>Whether something was received between the beginning of the round and its end.</summary>
    public bool IsHeardInRound { get; private set; }

    private bool Waits => Volatile.Read(ref _sent) != Volatile.Read(ref _sentWhenHeard);

    /// <summary>Begins a round.</summary>
    /// <returns>Whether nothing was received since the last one, and something was sent since then.</returns>
    public bool BeginRound()
    {
        var heard = Volatile.Read(ref _heard);
        _isSuspect = heard == _heardBefore && Waits;
        _heardBefore = heard;
        return _isSuspect;
    }

    public void EndRound()
    {
        IsHeardInRound = Volatile.Read(ref _heard) != _heardBefore;
        SilentRounds = _isSuspect && !IsHeardInRound ? SilentRounds + 1 : 0;
    }

    private void Sent() => Volatile.Write(ref _sent, _sent + 1);

    private void Heard()
    {
        Volatile.Write(ref _sentWhenHeard, Volatile.Read(ref _sent));
        Volatile.Write(ref _heard, _heard + 1);
    }

    private sealed class Reader(PipeReader inner, WatchedConnection connection) : PipeReader
    {
        // What is read is seen when it is given back, so that reading needs no wrapping.
        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            connection.Heard();
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    private sealed class Writer(PipeWriter inner, WatchedConnection connection) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            connection.Sent();
            return inner.FlushAsync(cancellationToken);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            connection.Sent();
            return inner.WriteAsync(source, cancellationToken);
        }
    }
}
