namespace OrleansQueue.Storage.Files;

/// <summary>Files that are read and written whole.</summary>
internal static class SmallFiles
{
    public static byte[] ReadWhole(this IDisk disk, string path)
    {
        using var file = disk.Open(path, create: false);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)file.Length));
        return bytes[..file.Read(0, bytes)];
    }

    /// <summary>Puts a file in place so that after loss of power it is the old one, or none, or the new one, but whole.</summary>
    public static void Place(this IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        var fresh = path + ".new";
        using (var file = disk.Open(fresh, create: true))
        {
            file.SetLength(0);
            file.Write(0, content);
            file.Sync();
        }

        disk.Rename(fresh, path);
        disk.SyncFolder(Path.GetDirectoryName(path)!);
    }
}
