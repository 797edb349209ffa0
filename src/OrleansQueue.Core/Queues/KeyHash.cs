namespace OrleansQueue.Queues;

/// <summary>
/// Stands for a key in a queue's journal: FNV-1a of 64 bits with the finalizer of MurmurHash3, both by their public descriptions. Two keys that share a
/// number share their order, which delays one of them and breaks nothing. It is part of the stored form.
/// </summary>
internal static class KeyHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The number of a key; never 0.</summary>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        var hash = Basis;
        foreach (var next in key)
        {
            hash = (hash ^ next) * Prime;
        }

        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53;
        hash ^= hash >> 33;
        return hash == 0 ? 1 : hash;
    }
}
