using OrleansQueue.Client;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>How far readers have come together in each partition.</summary>
internal sealed class Frontier(int partitions)
{
    private readonly long[] _next = new long[partitions];

    /// <summary>How many answers came.</summary>
    public Tally Answers { get; } = new();

    public void Came(FetchedRecords records)
    {
        lock (_next)
        {
            ref var next = ref _next[records.Partition.Number];
            next = Math.Max(next, records.Next.Offset.Value);
        }

        Answers.Add(1);
    }

    /// <summary>Waits until everything below these offsets was read.</summary>
    public Task PassedAsync(IReadOnlyList<long> ends) => Answers.UntilAsync(() =>
    {
        lock (_next)
        {
            return Enumerable.Range(0, ends.Count).All(partition => _next[partition] >= ends[partition]);
        }
    });
}
