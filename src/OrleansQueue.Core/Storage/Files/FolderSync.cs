using System.Runtime.InteropServices;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// Syncs a folder, so that the names in it survive loss of power. .NET opens no folders (File.OpenHandle answers that access
/// is denied), so this asks the C library itself.
/// </summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    public static void Run(string path)
    {
        var folder = Open(path, ReadOnly);
        if (folder < 0)
        {
            throw Error("open", path);
        }

        try
        {
            if (Sync(folder) != 0)
            {
                throw Error("sync", path);
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    private static IOException Error(string verb, string path)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"Could not {verb} folder '{path}': {Marshal.GetPInvokeErrorMessage(number)}", number);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
