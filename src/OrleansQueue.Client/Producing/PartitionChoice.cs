namespace OrleansQueue.Client;

/// <summary>
/// Which partition a message goes to: its key decides; messages without one stay on a partition until its batch is gone and
/// then move on to another, so that batches fill.
/// </summary>
/// <param name="seed">The same seed makes the same choices.</param>
internal sealed class PartitionChoice(int seed)
{
    // Looking further would cost more than a partition with a little less to do is worth.
    private const int MostLooks = 8;

    private long _random = seed;
    private int _current = -1;

    /// <summary>The partition for messages without a key.</summary>
    public int Current(PartitionSender[] senders)
    {
        var current = Volatile.Read(ref _current);
        return (uint)current < (uint)senders.Length ? current : Begin(senders);
    }

    /// <summary>The batch of a partition is gone: messages without a key go elsewhere, and rather where none are waiting.</summary>
    public void MoveOn(int from, PartitionSender[] senders)
    {
        if (Volatile.Read(ref _current) != from || senders.Length < 2)
        {
            return;
        }

        var start = Next(senders.Length);
        var chosen = start == from ? (start + 1) % senders.Length : start;
        for (var look = 0; look < MostLooks; look++)
        {
            var candidate = (start + look) % senders.Length;
            if (candidate != from && senders[candidate].Backlog == 0)
            {
                chosen = candidate;
                break;
            }
        }

        Interlocked.CompareExchange(ref _current, chosen, from);
    }

    private int Begin(PartitionSender[] senders)
    {
        Interlocked.CompareExchange(ref _current, Next(senders.Length), -1);
        return Volatile.Read(ref _current);
    }

    // SplitMix64: one addition that threads can share, then a mix that needs no state.
    private int Next(int below)
    {
        var bits = (ulong)Interlocked.Add(ref _random, unchecked((long)0x9E3779B97F4A7C15));
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return (int)((bits ^ (bits >> 31)) % (ulong)below);
    }
}
