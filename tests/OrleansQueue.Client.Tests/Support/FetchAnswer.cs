using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Puts batches together as the answer of a fetch.</summary>
internal static class FetchAnswer
{
    public static FetchResult.Fetched Of(FetchRequest request, FakePartition partition, IReadOnlyList<StoredBatch> batches, int? partBytes)
    {
        var taken = new List<StoredBatch>();
        foreach (var batch in batches)
        {
            if (taken.Count != 0 && taken.Sum(other => other.Bytes.Length) + batch.Bytes.Length > request.MaxBytes)
            {
                break;
            }

            taken.Add(batch);
        }

        var all = taken.SelectMany(batch => batch.Bytes).ToArray();
        var next = taken.Count == 0 ? request.From : request.From with { Offset = taken[^1].Header.NextOffset, Epoch = taken[^1].Header.Epoch };
        return new(
            partBytes is { } size ? [.. all.Chunk(size).Select(part => (ReadOnlyMemory<byte>)part)] : taken.Count == 0 ? [] : [all],
            taken.Count == 0 ? [] : [new OffsetRange(request.From.Offset, next.Offset)],
            next,
            partition.LogStart,
            partition.End,
            partition.End);
    }
}
