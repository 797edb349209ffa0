using System.Runtime.ExceptionServices;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Somebody in the line for room in the producer's buffer.</summary>
internal class RoomWaiter
{
    private readonly TaskCompletionSource<Exception?> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hasLeft;

    /// <summary>Since when, on the clock's own scale.</summary>
    public long Since { get; set; }

    /// <summary>Ends with null when there was room, else with what came instead.</summary>
    public Task<Exception?> Left => _left.Task;

    /// <summary>There is room.</summary>
    public void Admit()
    {
        if (Leave())
        {
            OnAdmitted();
            _left.SetResult(null);
        }
    }

    /// <summary>There will be no room.</summary>
    public void Refuse(Exception reason)
    {
        if (Leave())
        {
            _left.SetResult(reason);
        }
    }

    /// <summary>Waits for room.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static (self, token) => ((RoomWaiter)self!).Cancel(token), this))
        {
            if (await Left is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }
        }
    }

    /// <summary>Leaves the line: what was not admitted yet is not sent.</summary>
    private void Cancel(CancellationToken cancellationToken)
    {
        if (Leave())
        {
            _left.SetResult(new OperationCanceledException(cancellationToken));
        }
    }

    /// <summary>What there is room for enters.</summary>
    protected virtual void OnAdmitted()
    {
    }

    private bool Leave() => Interlocked.Exchange(ref _hasLeft, 1) == 0;
}

/// <summary>A message that waits for room. It is copied, since its caller may use the memory again.</summary>
internal sealed class WaitingMessage : RoomWaiter
{
    private readonly Func<OutgoingRecordCopy, ValueTask<PublishReceipt>> _publish;
    private OutgoingRecordCopy? _record;
    private Task<PublishReceipt>? _receipt;

    public WaitingMessage(scoped in OutgoingRecord record, Func<OutgoingRecordCopy, ValueTask<PublishReceipt>> publish)
    {
        _record = new OutgoingRecordCopy(record);
        _publish = publish;
    }

    /// <summary>The receipt, once there was room.</summary>
    public async Task<PublishReceipt> ReceiptAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        return await _receipt!.WaitAsync(cancellationToken);
    }

    protected override void OnAdmitted()
    {
        _receipt = _publish(_record!).AsTask();
        _record = null;
    }
}

/// <summary>A record in memory of its own.</summary>
internal sealed class OutgoingRecordCopy
{
    private readonly byte[]? _key;
    private readonly byte[]? _value;
    private readonly RecordHeader[] _headers;
    private readonly int _partition;
    private readonly bool _noRetry;

    public OutgoingRecordCopy(scoped in OutgoingRecord record)
    {
        _key = record.Key.IsNull ? null : record.Key.Span.ToArray();
        _value = record.Value.IsNull ? null : record.Value.Span.ToArray();
        _headers = new RecordHeader[record.Headers.Length];
        for (var i = 0; i < _headers.Length; i++)
        {
            var header = record.Headers[i];
            _headers[i] = new(header.Name.ToArray(), header.Value is { } value ? new ReadOnlyMemory<byte>(value.ToArray()) : default(ReadOnlyMemory<byte>?));
        }

        _partition = record.Partition;
        _noRetry = record.NoRetry;
    }

    public OutgoingRecord Record => OutgoingRecord.Of(NullableBytes.From(_key), NullableBytes.From(_value), _headers, _partition, _noRetry);
}
