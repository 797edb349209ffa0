using System.Net.Sockets;
using Orleans.Runtime.MembershipService;

namespace OrleansQueue.SiloHost;

/// <summary>Says in one line why the silo could not start, where that is something that its operator can change.</summary>
internal static class StartFailure
{
    /// <summary>The line, or null where the failure is a fault of the program.</summary>
    public static string? Describe(Exception error) => error switch
    {
        SettingException or StoreMismatchException or InvalidDataException => error.Message,
        SocketException or IOException or UnauthorizedAccessException => error.Message,
        OrleansClusterConnectivityCheckFailedException or InvalidOperationException { InnerException: null } => error.Message.ReplaceLineEndings(" "),
        _ => error.InnerException is { } inner ? Describe(inner) : null,
    };
}
