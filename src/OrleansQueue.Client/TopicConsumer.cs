using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace OrleansQueue.Client;

/// <summary>
/// A member of a consumer group that hands out messages one by one. Each partition of the topics is read by one member at a
/// time, in order; what the group has finished is remembered and not read again.
/// <para>
/// To ask for the next message says that the one before is processed; that is kept at the next commit, each second and when
/// the consumer is disposed. A loop that is left by <c>break</c> or an exception does not say so: the message comes again, in
/// the next loop or to another member. <see cref="Delivery.CompleteAsync"/> says so at once and waits until it is kept.
/// </para>
/// <para>
/// It waits through outages of up to <see cref="ClientOptions.ConnectTimeout"/> and throws after that, never hangs. It is one
/// cursor: of its enumerators one is used at a time, and the next goes on where the one before stopped.
/// </para>
/// </summary>
public sealed class TopicConsumer : IAsyncDisposable
{
    private readonly OfferedAnswers _answers;
    private readonly GroupConsumer _consumer;
    private OfferedAnswer? _current;

    private TopicConsumer(GroupConsumer consumer, OfferedAnswers answers, IReadOnlyList<string> topics)
    {
        _consumer = consumer;
        _answers = answers;
        Topics = topics;
    }

    /// <summary>The group.</summary>
    public string Group => _consumer.Group;

    /// <summary>The names of the topics that it reads.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>The member's id.</summary>
    public string MemberId => _consumer.MemberId;

    internal static async Task<TopicConsumer> OpenAsync(
        ClientContext client, string group, IReadOnlyList<string> topics, ConsumerOptions options, CancellationToken cancellationToken)
    {
        var answers = new OfferedAnswers();
        var plan = new MemberPlan(group, topics, options, IsPatient: false, answers.ServeAsync, answers.End);
        return new(await GroupConsumer.OpenAsync(client, plan, cancellationToken), answers, topics);
    }

    /// <summary>Reads message by message, each in memory of its own. Messages whose time to live is over are left out, unless the options say otherwise.</summary>
    /// <param name="cancellationToken">Ends the wait for more.</param>
    /// <exception cref="MemberReplacedException">Another member of the same id took this one's place.</exception>
    /// <exception cref="GroupDeletedException">The group was deleted.</exception>
    /// <exception cref="PartitionDamagedException">What comes next of a partition is damaged.</exception>
    /// <exception cref="Batches.InvalidBatchException">A batch is damaged, or in a codec that cannot be opened.</exception>
    /// <exception cref="Broker.BrokerUnavailableException">No broker answered for too long.</exception>
    public async IAsyncEnumerable<Delivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _consumer.Client.Background.RunAsync(() => NextAsync(cancellationToken)) is { } first)
        {
            // What is at hand needs no turn of the client's own.
            for (var delivery = first; delivery is not null; delivery = TryNext())
            {
                var isProcessed = false;
                try
                {
                    yield return delivery;
                    isProcessed = true;
                }
                finally
                {
                    Settle(delivery, isProcessed);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>
    /// Reads answer by answer, for speed: the records of one are walked in place, without memory for each. To ask for the next
    /// answer says that all of the one before is processed. Messages whose time to live is over are among them. A consumer is
    /// read either so or message by message, and always at least once.
    /// </summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<FetchedRecords> ReadBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _consumer.Client.Background.RunAsync(() => HoldAsync(cancellationToken)) is { } answer)
        {
            var claim = new Claim(answer.Run, answer.Records.From, answer.Records.Next);
            var isProcessed = false;
            try
            {
                yield return answer.Records;
                isProcessed = true;
            }
            finally
            {
                if (isProcessed)
                {
                    answer.Run.Progress.Pass(claim);
                    answer.Complete();
                    _current = null;
                }

                answer.LetGo();
            }
        }
    }

    /// <summary>
    /// Stops reading, commits what was processed and leaves the group, whose other members get the partitions at once.
    /// Enumerators end. A message in hand counts as not processed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _consumer.DisposeAsync();
        }
        finally
        {
            _answers.End(null);
        }
    }

    /// <summary>An answer of which messages may be handed out; null at the end.</summary>
    private async Task<OfferedAnswer?> HoldAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            _current ??= await _answers.TakeAsync(cancellationToken);
            if (_current is null || _current.TryHold())
            {
                return _current;
            }

            _current = null;
        }
    }

    private async Task<Delivery?> NextAsync(CancellationToken cancellationToken)
    {
        while (await HoldAsync(cancellationToken) is { } answer)
        {
            if (TakeOf(answer) is not { } delivery)
            {
                continue;
            }

            if (_consumer.Options.Delivery == DeliveryMode.AtLeastOnce || await TryCommitAsync(answer, delivery, cancellationToken))
            {
                return delivery;
            }

            // The partition is another member's, which this one is about to be told.
            _current = null;
            answer.LetGo();
        }

        return null;
    }

    /// <summary>The next message, if it can be had without a wait.</summary>
    private Delivery? TryNext() =>
        _consumer.Options.Delivery == DeliveryMode.AtLeastOnce && _current is { } answer && answer.TryHold() ? TakeOf(answer) : null;

    /// <summary>The next message of an answer; null where it has no more, and is done with.</summary>
    private Delivery? TakeOf(OfferedAnswer answer)
    {
        if (answer.Unfinished is { } unfinished)
        {
            return unfinished;
        }

        answer.Messages ??= new AnswerMessages(answer.Run, answer.Records, _consumer.Options.IncludeExpired ? null : _consumer.Client.Clock);
        if (answer.Messages.TryPeek() is { Problem: { } problem })
        {
            answer.LetGo();
            ExceptionDispatchInfo.Throw(problem);
        }

        if (answer.Messages.TryTake() is { } delivery)
        {
            return answer.Unfinished = delivery;
        }

        answer.Complete();
        _current = null;
        return null;
    }

    /// <summary>Keeps a message as processed before it is handed out; false where its partition was lost meanwhile.</summary>
    private static async Task<bool> TryCommitAsync(OfferedAnswer answer, Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.CompleteAsync(cancellationToken);
            return true;
        }
        catch (PartitionLostException)
        {
            return false;
        }
        catch
        {
            // It was not handed out, so it must not hold up the partition.
            answer.LetGo();
            throw;
        }
    }

    private void Settle(Delivery delivery, bool isProcessed)
    {
        var claim = delivery.Claim!;
        if (isProcessed && !claim.IsDone)
        {
            claim.Finish();
        }

        if (_current is { } answer && answer.Unfinished == delivery)
        {
            if (claim.IsDone)
            {
                answer.Unfinished = null;
            }

            answer.LetGo();
        }
    }
}
