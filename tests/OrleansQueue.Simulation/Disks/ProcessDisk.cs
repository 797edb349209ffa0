using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Disks;

/// <summary>The disk as one process has it: each step may be its last, and nothing works for it when it is gone.</summary>
internal sealed class ProcessDisk(SimulatedDisk disk, Process process, DiskTrouble trouble, World world) : IDisk
{
    // ENOSPC and EIO, as .NET hands them on.
    private const int NoSpaceOnDevice = 28;
    private const int InputOutputError = 5;

    /// <summary>How many steps that change something were taken.</summary>
    public int Steps { get; private set; }

    public IDiskFile Open(string path, bool create)
    {
        CheckAlive();
        var file = disk.FindFile(path);
        if (file is null)
        {
            if (!create || disk.FindFolder(SimulatedDisk.FolderOf(path)) is not { } folder)
            {
                throw new FileNotFoundException("No such file.", path);
            }

            file = new DiskFile();
            Step($"create {path}", () => folder.Put(Path.GetFileName(path), file), half: null);
        }

        return new ProcessFile(this, path, file);
    }

    public bool FileExists(string path)
    {
        CheckAlive();
        return disk.FindFile(path) is not null;
    }

    public long LengthOf(string path)
    {
        CheckAlive();
        return disk.FindFile(path)?.Length ?? throw new FileNotFoundException("No such file.", path);
    }

    public IReadOnlyList<string> List(string folder)
    {
        CheckAlive();
        return disk.FindFolder(folder)?.Names.ToList() ?? [];
    }

    public void CreateFolder(string path)
    {
        if (disk.FindFolder(path) is null)
        {
            Step($"create folder {path}", () => disk.MakeFolder(path), half: null);
        }
    }

    public void Rename(string from, string to)
    {
        var folder = disk.FindFolder(SimulatedDisk.FolderOf(from))!;
        var file = folder.Find(Path.GetFileName(from)) ?? throw new FileNotFoundException("No such file.", from);
        Step($"rename {from} to {Path.GetFileName(to)}", () =>
        {
            folder.Remove(Path.GetFileName(from));
            folder.Put(Path.GetFileName(to), file);
        }, half: null);
    }

    public void Delete(string path)
    {
        CheckAlive();
        if (disk.FindFile(path) is not null)
        {
            Step($"delete {path}", () => disk.FindFolder(SimulatedDisk.FolderOf(path))!.Remove(Path.GetFileName(path)), half: null);
        }
    }

    public void DeleteFolder(string path)
    {
        CheckAlive();
        foreach (var name in List(path))
        {
            Delete($"{path}/{name}");
        }

        if (disk.FindFolder(path) is not null)
        {
            Step($"delete folder {path}", () => disk.FindFolder(SimulatedDisk.FolderOf(path))!.Remove(Path.GetFileName(path)), half: null);
        }
    }

    public void SyncFolder(string path) => Step($"sync folder {path}", () => disk.FindFolder(path)?.Sync(), half: null);

    public bool IsOnNetwork(string folder) => false;

    public IDisposable? TryLock(string path)
    {
        CheckAlive();
        return new MemoryStream();
    }

    private void CheckAlive()
    {
        world.CheckThread();
        if (process.IsDead)
        {
            throw new ProcessDiedException();
        }
    }

    /// <summary>Takes one step, unless the process dies at it.</summary>
    private void Step(string what, Action whole, Action? half)
    {
        CheckAlive();
        Steps++;
        world.Note(process.Name, what);
        var crash = trouble.TakeCrash();
        if (crash is null or CrashPoint.After)
        {
            whole();
        }
        else if (crash == CrashPoint.During)
        {
            half?.Invoke();
        }

        if (crash is { } point)
        {
            process.Die($"dies {point.ToString().ToLowerInvariant()} that step");
            throw new ProcessDiedException();
        }
    }

    private void CheckRoom(long more)
    {
        if (more > 0 && disk.Capacity is { } capacity && disk.UsedBytes + more > capacity)
        {
            trouble.CountFull();
            throw new IOException("No space left on device.", NoSpaceOnDevice);
        }
    }

    private sealed class ProcessFile(ProcessDisk owner, string path, DiskFile file) : IDiskFile
    {
        public long Length
        {
            get
            {
                owner.CheckAlive();
                return file.Length;
            }
        }

        public int Read(long position, Span<byte> into)
        {
            owner.CheckAlive();
            return file.Read(position, into);
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            owner.CheckAlive();
            owner.CheckRoom(position + bytes.Length - file.Length);
            var written = bytes.ToArray();
            if (owner.ShortensWrite())
            {
                file.Write(position, owner.PartOf(written));
                throw new IOException("The write ended early.", InputOutputError);
            }

            owner.Step($"write {path} {position}+{bytes.Length}", () => file.Write(position, written), () => file.Write(position, owner.PartOf(written)));
        }

        public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool aroundCache)
        {
            var bytes = new byte[parts.Sum(part => part.Length)];
            var at = 0;
            foreach (var part in parts)
            {
                part.CopyTo(bytes.AsMemory(at));
                at += part.Length;
            }

            if (!aroundCache)
            {
                Write(position, bytes);
                return;
            }

            // As on the real disk, in pieces that loss of power may take one by one, only that the pages are smaller.
            foreach (var piece in WritePiece.Split(position, bytes.Length, DiskFile.Sector, most: 128 * DiskFile.Sector))
            {
                Write(piece.Position, bytes.AsSpan((int)(piece.Position - position), piece.Count));
            }
        }

        public void SetLength(long length)
        {
            owner.CheckAlive();
            owner.CheckRoom(length - file.Length);
            if (length != file.Length)
            {
                owner.Step($"set length {path} {length}", () => file.SetLength(length), half: null);
            }
        }

        public void Sync()
        {
            owner.CheckAlive();
            if (owner.FailsSync())
            {
                file.SyncInPart(owner.TroubleDice);
                owner.NoteFailedSync(path);
                throw new IOException("The sync failed.", InputOutputError);
            }

            owner.Step($"sync {path}", file.Sync, half: null);
        }

        public void Dispose()
        {
        }
    }

    private Dice TroubleDice => trouble.Dice;

    private bool FailsSync() => trouble.TakeSyncError();

    private bool ShortensWrite() => trouble.TakeShortWrite();

    private void NoteFailedSync(string path) => world.Note(process.Name, $"sync {path} fails");

    private ReadOnlySpan<byte> PartOf(byte[] bytes) => bytes.AsSpan(0, trouble.Dice.Below(bytes.Length + 1));
}
