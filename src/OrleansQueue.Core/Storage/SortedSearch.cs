namespace OrleansQueue.Storage;

/// <summary>Binary search in lists that are sorted by what is looked for.</summary>
internal static class SortedSearch
{
    /// <summary>How many items at the front of <paramref name="sorted"/> lie before <paramref name="key"/>, as <paramref name="isBefore"/> says of each.</summary>
    public static int CountBefore<T, TKey>(IReadOnlyList<T> sorted, TKey key, Func<T, TKey, bool> isBefore)
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = isBefore(sorted[middle], key) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
