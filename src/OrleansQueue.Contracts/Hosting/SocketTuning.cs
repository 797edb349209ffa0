namespace OrleansQueue;

/// <summary>How a program's sockets work. Only a program that has its process to itself decides that.</summary>
public static class SocketTuning
{
    private const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Lets a socket go on with what it received on the thread that heard of it, instead of handing that to another one: Orleans
    /// receives 4 KiB at a time, and each hand-over costs more than the receiving. It is .NET's own setting of that name, which
    /// counts for the whole process; where it is set already it stays. Call it before the first socket is opened.
    /// <para>
    /// No code may block in what follows a receive; Orleans and Kestrel do not. docs/decisions/0006 has the figures.
    /// </para>
    /// </summary>
    public static void CompleteInline()
    {
        if (Environment.GetEnvironmentVariable(Setting) is null)
        {
            Environment.SetEnvironmentVariable(Setting, "1");
        }
    }
}
