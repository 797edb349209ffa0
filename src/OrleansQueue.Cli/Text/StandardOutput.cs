using Microsoft.Win32.SafeHandles;

namespace OrleansQueue.Cli.Text;

/// <summary>The program's output, for those who must know whether it was written.</summary>
internal static class StandardOutput
{
    /// <summary>
    /// Opens it. The console's own stream says nothing where whoever read a pipe is gone, and would have a message count as processed that
    /// nobody saw; this one throws an <see cref="IOException"/>.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        // Of a file only the console's stream moves the place at which the next program goes on.
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
