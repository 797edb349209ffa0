namespace OrleansQueue.Storage.Memory;

/// <summary>What a memory store keeps of one log. One lock guards it all, so that owners on several threads see one order.</summary>
internal sealed class MemoryLogData
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, MemorySegment> _segments = [];
    private Epoch _owner = Epoch.None;

    /// <summary>Makes <paramref name="epoch"/> the only owner, where no later one is, and returns the segments as they are then.</summary>
    /// <exception cref="LogFencedException">A later owner than <paramref name="continues"/> has the log.</exception>
    public IReadOnlyList<SegmentExtent> Fence(LogId log, Epoch epoch, Epoch? continues)
    {
        lock (_lock)
        {
            if (continues is { } earlier && _owner > earlier)
            {
                throw new LogFencedException(log, earlier, _owner);
            }

            _owner = epoch > _owner ? epoch : _owner;
            return ListLocked();
        }
    }

    /// <summary>Ends the log: no owner writes to it or reads from it again.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _owner = new Epoch(int.MaxValue);
            _segments.Clear();
        }
    }

    public IReadOnlyList<SegmentExtent> List()
    {
        lock (_lock)
        {
            return ListLocked();
        }
    }

    public StoreOutcome Append(Epoch owner, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        lock (_lock)
        {
            if (owner != _owner)
            {
                return StoreOutcome.Fenced;
            }

            if (_segments.Count == 0)
            {
                throw new InvalidOperationException("A new log begins with a roll.");
            }

            _segments.Values[^1].Append(parts);
            return StoreOutcome.Done;
        }
    }

    /// <summary>The level of the last segment, or null where there is none.</summary>
    public FormatLevel? Level
    {
        get
        {
            lock (_lock)
            {
                return _segments.Count == 0 ? null : _segments.Values[^1].Level;
            }
        }
    }

    public StoreOutcome Roll(Epoch owner, Offset firstOffset, FormatLevel level)
    {
        lock (_lock)
        {
            if (owner != _owner)
            {
                return StoreOutcome.Fenced;
            }

            if (_segments.Count != 0 && firstOffset.Value <= _segments.Keys[^1])
            {
                throw new InvalidOperationException($"Segment {firstOffset} would not lie behind segment {_segments.Keys[^1]}.");
            }

            _segments.Add(firstOffset.Value, new MemorySegment(level));
            return StoreOutcome.Done;
        }
    }

    public StoreOutcome DeleteBefore(Epoch owner, Offset firstKept)
    {
        lock (_lock)
        {
            if (owner != _owner)
            {
                return StoreOutcome.Fenced;
            }

            while (_segments.Count > 0 && _segments.Keys[0] < firstKept.Value)
            {
                _segments.RemoveAt(0);
            }

            return StoreOutcome.Done;
        }
    }

    public StoreOutcome Confirm(Epoch owner)
    {
        lock (_lock)
        {
            return owner == _owner ? StoreOutcome.Done : StoreOutcome.Fenced;
        }
    }

    public int Read(Offset segment, long position, Span<byte> into)
    {
        lock (_lock)
        {
            return Find(segment).Read(position, into);
        }
    }

    public void WriteSidecar(Offset segment, Sidecar kind, byte[] content)
    {
        lock (_lock)
        {
            Find(segment).Sidecars[kind] = content;
        }
    }

    public byte[]? ReadSidecar(Offset segment, Sidecar kind)
    {
        lock (_lock)
        {
            return _segments.TryGetValue(segment.Value, out var found) ? found.Sidecars.GetValueOrDefault(kind) : null;
        }
    }

    private MemorySegment Find(Offset segment) => _segments.TryGetValue(segment.Value, out var found)
        ? found
        : throw new FileNotFoundException($"There is no segment {segment}.");

    private List<SegmentExtent> ListLocked() =>
        _segments.Select(segment => new SegmentExtent(new Offset(segment.Key), segment.Value.Length)).ToList();
}
