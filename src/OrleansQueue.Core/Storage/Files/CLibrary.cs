using System.Runtime.InteropServices;

namespace OrleansQueue.Storage.Files;

/// <summary>The calls of the C library that .NET does not offer. Not to be made on Windows.</summary>
internal static partial class CLibrary
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
