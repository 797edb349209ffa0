namespace OrleansQueue.Storage.Files;

/// <summary>
/// Keeps the files that were used last open, so that thousands of idle logs hold no handles. A file in use is never closed;
/// one that is still to be synced may be, since a sync through any handle covers what was written through another.
/// </summary>
internal sealed class OpenFiles(IDisk disk, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _files = [];
    private readonly LinkedList<Entry> _byUse = [];

    /// <summary>Opens a file, or finds it open. Dispose of the answer after use.</summary>
    public Lease Rent(string path)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out var node))
            {
                node = new LinkedListNode<Entry>(new Entry(path, disk.Open(path, create: false)));
                _files.Add(path, node);
            }
            else
            {
                _byUse.Remove(node);
            }

            _byUse.AddLast(node);
            node.Value.Users++;
            CloseIdle();
            return new Lease(this, node.Value);
        }
    }

    /// <summary>Forgets a file that is to be deleted or renamed; whoever uses it keeps it until done.</summary>
    public void Forget(string path)
    {
        lock (_lock)
        {
            if (_files.Remove(path, out var node))
            {
                _byUse.Remove(node);
                node.Value.Forgotten = true;
                CloseIfUnused(node.Value);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var entry in _byUse)
            {
                entry.Forgotten = true;
                CloseIfUnused(entry);
            }

            _byUse.Clear();
            _files.Clear();
        }
    }

    private void CloseIdle()
    {
        for (var node = _byUse.First; node is not null && _files.Count > most;)
        {
            var next = node.Next;
            if (node.Value.Users == 0)
            {
                _files.Remove(node.Value.Path);
                _byUse.Remove(node);
                node.Value.File.Dispose();
            }

            node = next;
        }
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            CloseIfUnused(entry);
        }
    }

    private static void CloseIfUnused(Entry entry)
    {
        if (entry is { Forgotten: true, Users: 0 })
        {
            entry.File.Dispose();
        }
    }

    /// <summary>The use of an open file.</summary>
    public readonly struct Lease : IDisposable
    {
        private readonly OpenFiles _owner;
        private readonly Entry _entry;

        internal Lease(OpenFiles owner, object entry)
        {
            _owner = owner;
            _entry = (Entry)entry;
        }

        public IDiskFile File => _entry.File;

        public void Dispose() => _owner.Return(_entry);
    }

    private sealed class Entry(string path, IDiskFile file)
    {
        public string Path => path;

        public IDiskFile File => file;

        public int Users { get; set; }

        public bool Forgotten { get; set; }
    }
}
