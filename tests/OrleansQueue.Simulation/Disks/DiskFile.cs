using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Disks;

/// <summary>
/// A file as processes see it, and as the device has it. Each change is kept apart until it is synced, so that loss of power can
/// take it, whole or in part, or not.
/// </summary>
internal sealed class DiskFile
{
    /// <summary>What a device writes whole or not at all.</summary>
    public const int Sector = 512;

    private readonly List<Change> _unsynced = [];
    private byte[] _seen = [];
    private byte[] _kept = [];
    private int _keptLength;

    public int Length { get; private set; }

    /// <summary>Bytes of changes that are not synced.</summary>
    public bool HasUnsynced => _unsynced.Count != 0;

    public ReadOnlySpan<byte> Bytes => _seen.AsSpan(0, Length);

    /// <summary>What the device has; where a sync failed, that can be less than reads show, for good.</summary>
    public ReadOnlySpan<byte> Kept => _kept.AsSpan(0, _keptLength);

    public int Read(long position, Span<byte> into)
    {
        var count = (int)Math.Clamp(Length - position, 0, into.Length);
        _seen.AsSpan((int)Math.Min(position, Length), count).CopyTo(into);
        return count;
    }

    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        var at = checked((int)position);
        Length = Apply(ref _seen, Length, at, bytes);
        _unsynced.Add(new Change(at, bytes.ToArray(), 0));
    }

    public void SetLength(long length)
    {
        if (length != Length)
        {
            Length = Resize(ref _seen, Length, checked((int)length));
            _unsynced.Add(new Change(0, null, Length));
        }
    }

    public void Sync()
    {
        foreach (var change in _unsynced)
        {
            Keep(change);
        }

        _unsynced.Clear();
    }

    /// <summary>
    /// A sync failed: of the bytes written since the last one the device has some and will never have the others, though reads go on to
    /// show all of them. A length is the file system's own, and comes with the next sync.
    /// </summary>
    public void SyncInPart(Dice dice)
    {
        var lengths = _unsynced.FindAll(change => change.Bytes is null);
        _unsynced.RemoveAll(change => change.Bytes is null);
        KeepSome(dice);
        _unsynced.Clear();
        _unsynced.AddRange(lengths);
    }

    /// <summary>The power went: what the device has is all that there is.</summary>
    public void LosePower(Dice dice)
    {
        KeepSome(dice);
        _unsynced.Clear();
        Length = 0;
        Length = Resize(ref _seen, Length, _keptLength);
        _kept.AsSpan(0, _keptLength).CopyTo(_seen);
    }

    /// <summary>Turns one bit over, on the device and for all who read.</summary>
    public void Flip(int position, int bit)
    {
        _seen[position] ^= (byte)(1 << bit);
        if (position < _keptLength)
        {
            _kept[position] ^= (byte)(1 << bit);
        }
    }

    private void KeepSome(Dice dice)
    {
        // None of them, all of them, some of them, or some of them torn at sectors.
        var mode = dice.Below(4);
        foreach (var change in _unsynced)
        {
            if (mode == 0 || (mode > 1 && dice.Chance(0.5)))
            {
                continue;
            }

            if (mode == 3 && change.Bytes is { } bytes)
            {
                KeepTorn(change.At, bytes, dice);
            }
            else
            {
                Keep(change);
            }
        }
    }

    private void KeepTorn(int at, byte[] bytes, Dice dice)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var count = Math.Min(Sector - ((at + done) % Sector), bytes.Length - done);
            if (dice.Chance(0.5))
            {
                _keptLength = Apply(ref _kept, _keptLength, at + done, bytes.AsSpan(done, count));
            }

            done += count;
        }
    }

    private void Keep(Change change) => _keptLength = change.Bytes is { } bytes
        ? Apply(ref _kept, _keptLength, change.At, bytes)
        : Resize(ref _kept, _keptLength, change.Length);

    private static int Apply(ref byte[] to, int length, int at, ReadOnlySpan<byte> bytes)
    {
        var grown = at + bytes.Length > length ? Resize(ref to, length, at + bytes.Length) : length;
        bytes.CopyTo(to.AsSpan(at));
        return grown;
    }

    private static int Resize(ref byte[] bytes, int length, int to)
    {
        if (to > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(to, bytes.Length * 2));
        }

        if (to > length)
        {
            bytes.AsSpan(length, to - length).Clear();
        }

        return to;
    }

    private readonly record struct Change(int At, byte[]? Bytes, int Length);
}
