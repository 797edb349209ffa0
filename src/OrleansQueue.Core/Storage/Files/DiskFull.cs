namespace OrleansQueue.Storage.Files;

/// <summary>Tells a full disk from other errors of the disk.</summary>
internal static class DiskFull
{
    // .NET puts the errno into HResult on Unix (28 ENOSPC, 122 EDQUOT) and the Win32 code on Windows (39, 112 as HRESULT).
    private const int NoSpaceOnDevice = 28;
    private const int QuotaExceeded = 122;
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool Is(IOException error) =>
        error.HResult is NoSpaceOnDevice or QuotaExceeded or HandleDiskFull or WindowsDiskFull;
}
