using System.Runtime.InteropServices;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Messages that a member holds under one lease, and what is to be told of them. All of it under the member's lock.</summary>
internal sealed class HeldLease
{
    private readonly HeldMessage[] _messages;
    private readonly long _bytesOfOne;
    private readonly List<PendingSettlement> _news = [];
    private Dictionary<int, CancellationTokenSource>? _tokens;
    private bool _isRenewalDue;

    /// <param name="cursor">Where they were leased.</param>
    /// <param name="leased">The answer that brought them.</param>
    /// <param name="messages">Its messages.</param>
    /// <param name="sent">When it was asked for.</param>
    /// <param name="clock">The time.</param>
    public HeldLease(QueueCursor cursor, LeaseResult.Leased leased, HeldMessage[] messages, long sent, TimeProvider clock)
    {
        Cursor = cursor;
        Id = leased.Lease;
        IsRedriven = leased.IsRedriven;
        _messages = messages;
        Open = messages.Length;
        HeldBytes = leased.Parts.Sum(static part => (long)part.Length);
        _bytesOfOne = messages.Length == 0 ? 0 : HeldBytes / messages.Length;
        ValidFor = leased.ValidFor;
        Extend(sent, clock);
    }

    public QueueCursor Cursor { get; }

    public LeaseId Id { get; }

    /// <summary>Whether the messages were dead letters, which the group redrove.</summary>
    public bool IsRedriven { get; }

    /// <summary>How long it holds, counted from the request.</summary>
    public TimeSpan ValidFor { get; }

    /// <summary>When it is over, unless it is renewed.</summary>
    public long Deadline { get; private set; }

    /// <summary>When it is to be renewed; never while that is under way.</summary>
    public long RenewAt { get; private set; }

    /// <summary>How many messages are held.</summary>
    public int Open { get; private set; }

    /// <summary>How many bytes of the member's credit it takes.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>The next message to hand out.</summary>
    public int Next { get; set; }

    public int Count => _messages.Length;

    /// <summary>Whether it is among those of which the next call tells.</summary>
    public bool IsToBeTold { get; set; }

    public ref HeldMessage this[int index] => ref _messages[index];

    /// <summary>It is to be renewed with the next call, and not again before that is answered.</summary>
    public void MakeRenewalDue()
    {
        _isRenewalDue = true;
        RenewAt = long.MaxValue;
    }

    /// <summary>It holds for its whole time, counted from a request that the broker answered.</summary>
    public void Extend(long sent, TimeProvider clock)
    {
        Deadline = sent + Ticks(ValidFor, clock);
        RenewAt = sent + Ticks(ValidFor / 3, clock);
    }

    /// <summary>A message is held no more; answers how many bytes of credit that frees.</summary>
    public long Close(int index, HeldState state)
    {
        _messages[index].State = state;
        _messages[index].Delivery = null!;
        var bytes = --Open == 0 ? HeldBytes : _bytesOfOne;
        HeldBytes -= bytes;
        return bytes;
    }

    /// <summary>Something is to be told of a message.</summary>
    public void Add(int index, in PendingSettlement news)
    {
        ref var message = ref _messages[index];
        var settlement = news with { First = message.First, End = message.End };
        if (_news.Count != 0 && CollectionsMarshal.AsSpan(_news)[^1].TryJoin(settlement))
        {
            return;
        }

        _news.Add(settlement);
    }

    /// <summary>Takes what is to be told, in as few settlements as it can be said.</summary>
    /// <param name="into">Gets the settlements.</param>
    /// <param name="renewal">For how long to renew; null as the group says.</param>
    /// <returns>Whether the lease is renewed with them.</returns>
    public bool TakeNews(List<Settlement> into, TimeSpan? renewal)
    {
        _news.Sort(static (left, right) => left.First.CompareTo(right.First));
        var joined = new JoinedSettlements(Id, into);
        foreach (var next in _news)
        {
            joined.Add(next);
        }

        joined.End();
        _news.Clear();
        return TakeRenewal(into, renewal);
    }

    /// <summary>The token of a message in hand: cancelled when it is held no more though nobody settled it.</summary>
    public CancellationToken TokenOf(int index)
    {
        _tokens ??= [];
        if (!_tokens.TryGetValue(index, out var source))
        {
            _tokens[index] = source = new CancellationTokenSource();
            if (_messages[index].State == HeldState.Lost)
            {
                source.Cancel();
            }
        }

        return source.Token;
    }

    /// <summary>The source of a message's token, to be cancelled or let go outside the lock; null where nobody asked for it.</summary>
    public CancellationTokenSource? TakeToken(int index) => _tokens is not null && _tokens.Remove(index, out var source) ? source : null;

    private bool TakeRenewal(List<Settlement> into, TimeSpan? renewal)
    {
        if (!_isRenewalDue)
        {
            return false;
        }

        _isRenewalDue = false;
        var joined = new JoinedSettlements(Id, into);
        foreach (ref readonly var message in _messages.AsSpan())
        {
            if (message.IsHeld)
            {
                joined.Add(new PendingSettlement(message.First, message.End, SettlementKind.Renew, renewal, null, null));
            }
        }

        return joined.End();
    }

    private static long Ticks(TimeSpan time, TimeProvider clock) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
