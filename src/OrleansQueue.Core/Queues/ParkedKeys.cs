using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>The dead letters that park their keys: later messages of those keys wait until the letters are redriven or purged.</summary>
internal sealed class ParkedKeys
{
    private readonly SortedDictionary<Offset, ulong> _keys = [];

    /// <summary>The letters in order, each with its key.</summary>
    public IReadOnlyCollection<KeyValuePair<Offset, ulong>> Letters => _keys;

    /// <summary>How many keys are parked.</summary>
    public int Count => _keys.Values.Distinct().Count();

    /// <summary>A letter parks a key.</summary>
    public void Add(Offset letter, ulong key) => _keys.Add(letter, key);

    /// <summary>Takes letters out; answers the key of each that parked one.</summary>
    public IReadOnlyList<ulong> Take(OffsetRange letters)
    {
        var parked = _keys.Where(letter => letters.Contains(letter.Key)).ToList();
        parked.ForEach(letter => _keys.Remove(letter.Key));
        return [.. parked.Select(static letter => letter.Value)];
    }
}
