using System.Runtime.InteropServices;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// Syncs a folder, so that the names in it survive loss of power. .NET opens no folders (File.OpenHandle answers that access
/// is denied), so this asks the C library itself.
/// </summary>
internal static class FolderSync
{
    public static void Run(string path)
    {
        var folder = CLibrary.Open(path, CLibrary.ReadOnly);
        if (folder < 0)
        {
            throw Error("open", path);
        }

        try
        {
            if (CLibrary.Sync(folder) != 0)
            {
                throw Error("sync", path);
            }
        }
        finally
        {
            _ = CLibrary.Close(folder);
        }
    }

    private static IOException Error(string verb, string path)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"Could not {verb} folder '{path}': {Marshal.GetPInvokeErrorMessage(number)}", number);
    }
}
