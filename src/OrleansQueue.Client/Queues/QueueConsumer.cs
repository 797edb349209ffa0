using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// A member of a queue group that hands out messages one by one. Each message is leased to one member of the group at a time.
/// <para>
/// To ask for the next message completes the one before, where it was not settled otherwise; that is told in the background, and what
/// was completed so and not told before a crash comes again. A loop that is left by <c>break</c> or an exception, or whose
/// enumerator is disposed, releases its message without blame, since it was not tried to the end.
/// </para>
/// <para>
/// It waits through outages of up to <see cref="ClientOptions.ConnectTimeout"/> and throws after that, never hangs. A request whose
/// answer is lost may have leased messages; they come again when that lease is over. Of its enumerators several may be used at
/// a time, each with a message of its own in hand.
/// </para>
/// </summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed class QueueConsumer<T> : IAsyncDisposable
{
    private readonly IMessageSerializer<T> _serializer;
    private readonly QueueMember _member;
    private readonly Func<Exception?> _failure;

    private QueueConsumer(QueueMember member, Func<Exception?> failure, IReadOnlyList<string> topics, IMessageSerializer<T> serializer)
    {
        _member = member;
        _failure = failure;
        _serializer = serializer;
        Topics = topics;
    }

    /// <summary>The group.</summary>
    public string Group => _member.Group;

    /// <summary>The names of the topics that it reads.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>The member's id.</summary>
    public string MemberId => _member.MemberId;

    internal static async Task<QueueConsumer<T>> OpenAsync(
        ClientContext client, string group, IReadOnlyList<string> topics, IMessageSerializer<T> serializer, QueueConsumerOptions options, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        var plan = new QueueMemberPlan(group, topics, options, IsPatient: false, reason => Volatile.Write(ref failure, reason));
        return new(await QueueMember.OpenAsync(client, plan, cancellationToken), () => Volatile.Read(ref failure), topics, serializer);
    }

    /// <summary>Takes message by message. Messages whose time to live is over are completed and left out, unless the options say otherwise.</summary>
    /// <param name="cancellationToken">Ends the wait for more.</param>
    /// <exception cref="MemberReplacedException">Another member of the same id took this one's place.</exception>
    /// <exception cref="GroupDeletedException">The group was deleted.</exception>
    /// <exception cref="PartitionDamagedException">What comes next of a partition is damaged.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered for too long.</exception>
    public async IAsyncEnumerable<QueueDelivery<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (TryNext() is { } next || (next = await _member.Client.Background.RunAsync(() => NextAsync(cancellationToken))) is not null)
        {
            var isProcessed = false;
            try
            {
                yield return next;
                isProcessed = true;
            }
            finally
            {
                if (!next.IsSettled)
                {
                    next.Settle(isProcessed ? SettlementKind.Complete : SettlementKind.Release);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        if (_failure() is { } reason)
        {
            ExceptionDispatchInfo.Throw(reason);
        }
    }

    /// <summary>
    /// Stops, gives back what was not handed out, tells what became of the rest and leaves the group. Enumerators end. A message in hand
    /// is released.
    /// </summary>
    public ValueTask DisposeAsync() => _member.DisposeAsync();

    /// <summary>The next message, if it can be had without a wait.</summary>
    private QueueDelivery<T>? TryNext() =>
        _member.Options.Delivery == DeliveryMode.AtLeastOnce && _member.TryTake(out var message) ? new(message, _serializer) : null;

    private async Task<QueueDelivery<T>?> NextAsync(CancellationToken cancellationToken) =>
        await _member.TakeToHandOutAsync(cancellationToken) is { } message ? new(message, _serializer) : null;
}
