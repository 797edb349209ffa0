using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// A message as a member of a queue group gets it. It is the member's until it is settled: completed, abandoned, released or
/// dead-lettered, once. Its lease is renewed meanwhile, whatever the application does.
/// </summary>
public class QueueDelivery
{
    private readonly QueueMessage _message;

    internal QueueDelivery(in QueueMessage message) => _message = message;

    /// <summary>The message as bytes, with everything else that is known of it.</summary>
    public Delivery Raw => _message.Delivery;

    /// <inheritdoc cref="Delivery.Topic"/>
    public string Topic => Raw.Topic;

    /// <inheritdoc cref="Delivery.Partition"/>
    public Partition Partition => Raw.Partition;

    /// <summary>The message's place in the partition; of a message that was redriven, its place among those.</summary>
    public Offset Offset => Raw.Offset;

    /// <inheritdoc cref="Delivery.Timestamp"/>
    public Timestamp Timestamp => Raw.Timestamp;

    /// <inheritdoc cref="Delivery.Key"/>
    public ReadOnlyMemory<byte>? Key => Raw.Key;

    /// <inheritdoc cref="Delivery.MessageId"/>
    public string MessageId => Raw.MessageId;

    /// <inheritdoc cref="Delivery.IsTombstone"/>
    public bool IsTombstone => Raw.IsTombstone;

    /// <inheritdoc cref="Delivery.Headers"/>
    public IReadOnlyList<MessageHeader> Headers => Raw.Headers;

    /// <summary>How often the message was delivered, this time included: 1 at first. What was released does not count.</summary>
    public int DeliveryCount => _message.DeliveryCount;

    /// <summary>Whether it was a dead letter that the group redrove.</summary>
    public bool IsRedriven => _message.Lease.IsRedriven;

    /// <summary>Cancelled when the message was lost: its lease is over, it took too long, or the consumer ended.</summary>
    public CancellationToken Lost => _message.Member.TokenOf(_message);

    /// <summary>Whether somebody said what becomes of it.</summary>
    internal bool IsSettled => _message.State == HeldState.Settled;

    /// <summary>The message is done and never comes again. That is kept when the wait ends.</summary>
    /// <param name="cancellationToken">Ends the wait; the message is completed all the same.</param>
    /// <exception cref="LeaseLostException">It is not this member's any more; others get it again, or got it already.</exception>
    public Task CompleteAsync(CancellationToken cancellationToken = default) => SettleAsync(new() { Kind = SettlementKind.Complete }, cancellationToken);

    /// <summary>The message failed: it comes again later with a higher <see cref="DeliveryCount"/>, or is dead-lettered where it was delivered as often as the group allows.</summary>
    /// <param name="delay">When it comes again, 0 to 7 d. Default: as the group's backoff says.</param>
    /// <param name="error">What it failed with, for the dead letter that it may become.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="CompleteAsync"/>
    public Task AbandonAsync(TimeSpan? delay = null, Exception? error = null, CancellationToken cancellationToken = default) => SettleAsync(
        new() { Kind = SettlementKind.Abandon, Time = Checked(delay, SettlementKind.Abandon), Error = error is null ? null : DeadLetterRecord.ErrorOf(error) }, cancellationToken);

    /// <summary>The message was not tried: it is there again at once, for this member or others, and this delivery does not count.</summary>
    /// <inheritdoc cref="CompleteAsync"/>
    public Task ReleaseAsync(CancellationToken cancellationToken = default) => SettleAsync(new() { Kind = SettlementKind.Release }, cancellationToken);

    /// <summary>The message goes to the group's dead-letter topic.</summary>
    /// <param name="reason">Why, for people; at most 1,000 characters are kept. Default: "rejected".</param>
    /// <param name="error">What it failed with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="CompleteAsync"/>
    public Task DeadLetterAsync(string? reason = null, Exception? error = null, CancellationToken cancellationToken = default) => SettleAsync(
        new() { Kind = SettlementKind.DeadLetter, Reason = reason, Error = error is null ? null : DeadLetterRecord.ErrorOf(error) }, cancellationToken);

    /// <summary>The message takes longer: <see cref="QueueConsumerOptions.MaxProcessingTime"/> begins anew, and its lease is renewed now, which is seldom needed since that happens by itself.</summary>
    /// <inheritdoc cref="CompleteAsync"/>
    public Task RenewAsync(CancellationToken cancellationToken = default)
    {
        var message = _message;
        return message.Member.Client.Background.RunAsync(() => message.Member.RenewAsync(message, cancellationToken));
    }

    /// <summary>Settles it without waiting for that.</summary>
    internal void Settle(SettlementKind kind) => _message.Member.Settle(_message, new() { Kind = kind });

    private Task SettleAsync(in PendingSettlement settlement, CancellationToken cancellationToken) => _message.Member.SettleAsync(_message, settlement, cancellationToken);

    private static TimeSpan? Checked(TimeSpan? delay, SettlementKind kind) =>
        new SettleRequest("group", default, [new Settlement(default, new OffsetRange(Offset.Zero, new Offset(1)), kind) { Time = delay }]).Check() is { } wrong
            ? throw new ArgumentOutOfRangeException(nameof(delay), wrong.ToString())
            : delay;
}
