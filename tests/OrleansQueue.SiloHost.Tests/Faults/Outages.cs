using System.Diagnostics;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>The longest time in which a partition that messages are always published to acknowledged none.</summary>
internal sealed class Outages
{
    private readonly Lock _lock = new();
    private readonly long[] _last;
    private TimeSpan _longest;

    public Outages(int partitions)
    {
        _last = new long[partitions];
        Array.Fill(_last, Stopwatch.GetTimestamp());
    }

    public void Acknowledged(Partition partition)
    {
        lock (_lock)
        {
            Note(partition.Number);
            _last[partition.Number] = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The longest up to now, and since it was asked before.</summary>
    public TimeSpan Take()
    {
        lock (_lock)
        {
            for (var partition = 0; partition < _last.Length; partition++)
            {
                Note(partition);
            }

            (var longest, _longest) = (_longest, TimeSpan.Zero);
            return longest;
        }
    }

    /// <summary>Whether every partition acknowledged one since then, a timestamp of <see cref="Stopwatch"/>.</summary>
    public bool AllAcknowledgedSince(long timestamp)
    {
        lock (_lock)
        {
            return Array.TrueForAll(_last, last => last > timestamp);
        }
    }

    private void Note(int partition)
    {
        var passed = Stopwatch.GetElapsedTime(_last[partition]);
        _longest = passed > _longest ? passed : _longest;
    }
}
