using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Disks;

/// <summary>
/// The names in a folder, as processes see them and as the device has them. Changes reach the device in their order, as a file
/// system's journal has it, but none is sure before the folder is synced.
/// </summary>
internal sealed class DiskFolder
{
    private readonly SortedDictionary<string, object> _seen = new(StringComparer.Ordinal);
    private readonly List<(string Name, object? Entry)> _unsynced = [];
    private readonly SortedDictionary<string, object> _kept = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _seen.Keys;

    public IEnumerable<object> Entries => _seen.Values;

    public object? Find(string name) => _seen.GetValueOrDefault(name);

    public void Put(string name, object entry)
    {
        _seen[name] = entry;
        _unsynced.Add((name, entry));
    }

    public void Remove(string name)
    {
        _seen.Remove(name);
        _unsynced.Add((name, null));
    }

    public void Sync()
    {
        Keep(_unsynced.Count);
        _unsynced.Clear();
    }

    public void LosePower(Dice dice)
    {
        Keep(dice.Below(_unsynced.Count + 1));
        _unsynced.Clear();
        _seen.Clear();
        foreach (var (name, entry) in _kept)
        {
            _seen.Add(name, entry);
            if (entry is DiskFile file)
            {
                file.LosePower(dice);
            }
            else
            {
                ((DiskFolder)entry).LosePower(dice);
            }
        }
    }

    private void Keep(int count)
    {
        foreach (var (name, entry) in _unsynced.Take(count))
        {
            if (entry is null)
            {
                _kept.Remove(name);
            }
            else
            {
                _kept[name] = entry;
            }
        }
    }
}
