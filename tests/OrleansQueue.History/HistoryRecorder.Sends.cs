using System.Runtime.InteropServices;

namespace OrleansQueue.History;

/// <content>What producers send.</content>
public sealed partial class HistoryRecorder
{
    private readonly NameTable<string> _producers = new();
    private readonly NameTable<string> _transactions = new();
    private readonly LongColumn _sentValues = new();
    private readonly List<SendOperation> _sends = [];
    private readonly List<TransactionEnd> _transactionEnds = [];

    /// <summary>
    /// A producer is about to send one batch, which the broker stores as a whole or not at all. The sends of one name to one
    /// partition are expected in the log in the order in which they began, also when several were on their way at once; what
    /// promises no such order needs several names. Retries of the client belong to the same send.
    /// </summary>
    /// <param name="producer">Who.</param>
    /// <param name="partition">Where to.</param>
    /// <param name="values">The values, in order; each is sent once in a history.</param>
    /// <param name="transaction">The transaction of which it is a part, a name used for one transaction only; null for none.</param>
    public SendToken BeginSend(string producer, PartitionKey partition, ReadOnlySpan<long> values, string? transaction = null)
    {
        lock (_lock)
        {
            Run run = new(_sentValues.Count, values.Length, -1, -1);
            foreach (long value in values)
            {
                _sentValues.Add(value);
            }

            int number = transaction is null ? -1 : _transactions.NumberOf(transaction);
            _sends.Add(new SendOperation(_producers.NumberOf(producer), _partitions.NumberOf(partition), number, run, _sequence++));
            return new SendToken(_sends.Count - 1);
        }
    }

    /// <summary>Stored, in a row from <paramref name="baseOffset"/> on.</summary>
    public void Sent(SendToken send, long baseOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(baseOffset);
        lock (_lock)
        {
            ref SendOperation operation = ref End(send, Outcome.Acknowledged);
            operation.Values = operation.Values with { BaseOffset = baseOffset };
        }
    }

    /// <summary>Stored, each value at its own offset; a negative offset says that the place of that value is not known.</summary>
    public void Sent(SendToken send, ReadOnlySpan<long> offsets)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(offsets.Length, _sends[send.Index].Values.Count, nameof(offsets));
            ref SendOperation operation = ref End(send, Outcome.Acknowledged);
            operation.Values = RunOf(operation.Values.At, offsets);
        }
    }

    /// <summary>Stored, but where is not known: a duplicate whose place the broker has forgotten.</summary>
    public void SendStored(SendToken send) => EndWith(send, Outcome.Acknowledged);

    /// <summary>Certainly not stored, now or later.</summary>
    public void SendRefused(SendToken send) => EndWith(send, Outcome.Refused);

    /// <summary>Perhaps stored, perhaps later: a timeout, a lost connection, a dead process.</summary>
    public void SendUnknown(SendToken send) => EndWith(send, Outcome.Unknown);

    /// <summary>A transaction is about to be committed. Its sends have begun before.</summary>
    public TransactionToken BeginTransactionCommit(string transaction) => BeginTransactionEnd(transaction, asksCommit: true);

    /// <summary>A transaction is about to be aborted.</summary>
    public TransactionToken BeginTransactionAbort(string transaction) => BeginTransactionEnd(transaction, asksCommit: false);

    /// <summary>The transaction is committed.</summary>
    public void TransactionCommitted(TransactionToken end) => EndWith(end, Outcome.Acknowledged);

    /// <summary>The transaction is aborted, whatever was asked for.</summary>
    public void TransactionAborted(TransactionToken end) => EndWith(end, Outcome.Refused);

    /// <summary>Nobody knows how the transaction ended.</summary>
    public void TransactionUnknown(TransactionToken end) => EndWith(end, Outcome.Unknown);

    private TransactionToken BeginTransactionEnd(string transaction, bool asksCommit)
    {
        lock (_lock)
        {
            _transactionEnds.Add(new TransactionEnd(_transactions.NumberOf(transaction), asksCommit, _sequence++));
            return new TransactionToken(_transactionEnds.Count - 1);
        }
    }

    private void EndWith(SendToken send, Outcome outcome)
    {
        lock (_lock)
        {
            End(send, outcome);
        }
    }

    private void EndWith(TransactionToken end, Outcome outcome)
    {
        lock (_lock)
        {
            ref TransactionEnd operation = ref CollectionsMarshal.AsSpan(_transactionEnds)[end.Index];
            ThrowIfEnded(operation.Ended);
            operation.Ended = _sequence++;
            operation.Outcome = outcome;
        }
    }

    private ref SendOperation End(SendToken send, Outcome outcome)
    {
        ref SendOperation operation = ref CollectionsMarshal.AsSpan(_sends)[send.Index];
        ThrowIfEnded(operation.Ended);
        operation.Ended = _sequence++;
        operation.Outcome = outcome;
        return ref operation;
    }
}
