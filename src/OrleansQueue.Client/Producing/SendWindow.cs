using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// The batches of one producer and partition that have a sequence and are not all known to be stored yet: at most five, so
/// that the broker remembers each of them. Decides what may be sent, and what becomes of the sequences when a batch is given
/// up. It knows nothing of calls and time.
/// <para>
/// A log takes the batches of a producer in the order of their sequences. So of a batch that is surely not stored, those
/// behind it are not stored either, whatever became of their calls.
/// </para>
/// </summary>
/// <param name="identity">The producer's identity at the start.</param>
internal sealed class SendWindow(ProducerIdentity identity)
{
    /// <summary>How many batches a broker remembers of a producer.</summary>
    public const int MostInFlight = 5;

    private readonly List<SentBatch> _batches = new(MostInFlight);
    private ProducerIdentity _identity = identity;
    private Sequence _next;
    private bool _isKnown;

    public IReadOnlyList<SentBatch> Batches => _batches;

    public ProducerIdentity Identity => _identity;

    public bool IsEmpty => _batches.Count == 0;

    /// <summary>Whether a sequence is given up: nothing new may be sent until <see cref="Mend"/>.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether a later epoch is needed before anything can be sent.</summary>
    public bool NeedsIdentity { get; private set; }

    /// <summary>Whether it is time to <see cref="Mend"/>: every call has ended, and what lies before the lost sequence is stored.</summary>
    public bool IsReadyToMend => IsBroken && !IsCalling && (NeedsIdentity || _batches.Find(batch => !batch.IsStored) is null or { IsGivenUp: true });

    /// <summary>Whether a call is under way.</summary>
    public bool IsCalling => _batches.Exists(batch => batch.Call is not null);

    /// <summary>
    /// Whether a new batch may go. While one is in trouble nothing new follows it, so that no more than must be is in doubt. The
    /// first batch of an identity goes alone: a broker that sees the second one first would not know the producer.
    /// </summary>
    public bool HasRoom => !IsBroken
        && _batches.Count < (_isKnown ? MostInFlight : 1)
        && !_batches.Exists(batch => batch.IsInTrouble || batch.Batch.NoRetry);

    /// <summary>The batch to send again, or null: the first that is not stored, once its own call has ended.</summary>
    public SentBatch? NextDue => !NeedsIdentity && _batches.Find(batch => !batch.IsStored) is { IsDue: true } first ? first : null;

    /// <summary>Takes in a new batch and seals it.</summary>
    public SentBatch Add(OutgoingBatch batch)
    {
        batch.Seal(batch.NoRetry ? ProducerStamp.None : StampOfNext(batch));
        var sent = new SentBatch(batch);
        _batches.Add(sent);
        return sent;
    }

    /// <summary>Whether every batch before this one is stored.</summary>
    public bool IsFirst(SentBatch batch) => ReferenceEquals(_batches.Find(other => !other.IsStored), batch);

    /// <summary>The broker holds the batch.</summary>
    public void Store(SentBatch batch)
    {
        batch.IsStored = true;
        batch.Call?.Abandon();
        _isKnown |= batch.Batch.Stamp.IsIdempotent;
        _batches.RemoveRange(0, _batches.FindIndex(other => !other.IsStored) is var first and >= 0 ? first : _batches.Count);
    }

    /// <summary>The batch is given up. Its sequence is free again where it is surely not stored.</summary>
    public void GiveUp(SentBatch batch)
    {
        if (batch.Call is { } call)
        {
            batch.MayBeStored = true;
            call.Abandon();
        }

        batch.IsGivenUp = true;
        if (batch.Batch.NoRetry)
        {
            _batches.Remove(batch);
        }
        else if (batch.MayBeStored)
        {
            LoseIdentity();
        }
        else
        {
            IsBroken = true;
        }
    }

    /// <summary>The sequences of this identity lead nowhere any more.</summary>
    public void LoseIdentity() => IsBroken = NeedsIdentity = true;

    /// <summary>
    /// What comes before mending, once no call is under way: the batches that may be stored although nobody can find out any
    /// more. They are given up here, and the caller tells their messages.
    /// </summary>
    public IReadOnlyList<SentBatch> GiveUpUncertain()
    {
        var uncertain = _batches.TakeWhile(batch => batch.IsStored || batch.MayBeStored).Where(batch => !batch.IsStored && !batch.IsGivenUp).ToList();
        uncertain.ForEach(GiveUp);
        NeedsIdentity |= _batches.Exists(batch => batch.MayBeStored && !batch.IsStored);
        return uncertain;
    }

    /// <summary>
    /// Numbers the batches that are left anew: from the first free sequence where the identity stays, or from 0 under the next.
    /// Nothing is left to be stored under the old numbers: either no attempt is without an answer, or its epoch is over.
    /// </summary>
    public void Mend(ProducerIdentity identity)
    {
        if (identity != _identity)
        {
            (_identity, _next, _isKnown) = (identity, Sequence.Zero, false);
        }
        else if (_batches.Find(batch => !batch.IsStored) is { } first)
        {
            _next = first.Batch.Stamp.First;
        }

        _batches.RemoveAll(batch => batch.IsStored || batch.IsGivenUp);
        foreach (var batch in _batches)
        {
            batch.Batch.SealAgain(StampOfNext(batch.Batch));
            batch.MayBeStored = false;
        }

        IsBroken = NeedsIdentity = false;
    }

    private ProducerStamp StampOfNext(OutgoingBatch batch)
    {
        var stamp = new ProducerStamp(_identity.Id, _identity.Epoch, _next);
        _next = _next.Plus(batch.Count);
        return stamp;
    }
}
