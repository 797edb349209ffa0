using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansQueue.Storage.Files;

/// <summary>Opens an open file once more for writing around the system's page cache. .NET has no option for it on Linux, so this asks the C library.</summary>
internal static class DirectHandle
{
    private const int CloseOnExecute = 0x80000;

    /// <summary>A second handle of the same file, or null where the system, the processor or the file system has no such thing.</summary>
    public static SafeFileHandle? TryOpen(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux() || DirectFlag is not { } direct)
        {
            return null;
        }

        // Not by the file's path: by now another file could bear it. The caller uses the handle, so its number stays as it is.
        var path = FormattableString.Invariant($"/proc/self/fd/{file.DangerousGetHandle()}");
        var descriptor = CLibrary.Open(path, CLibrary.WriteOnly | CloseOnExecute | direct);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // Linux numbers O_DIRECT differently from processor to processor; one not listed here goes without.
    private static int? DirectFlag => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X86 or Architecture.X64 or Architecture.S390x or Architecture.RiscV64 or Architecture.LoongArch64 => 0x4000,
        Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 => 0x10000,
        Architecture.Ppc64le => 0x20000,
        _ => null,
    };
}
