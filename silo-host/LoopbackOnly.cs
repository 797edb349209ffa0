using System.Net;

namespace OrleansQueue.SiloHost;

/// <summary>
/// Until there is a login the pages answer on this machine only; from elsewhere nothing but the health checks does. The name
/// that a browser asked for must be this machine's too, or a page from elsewhere could reach them through the user's browser.
/// </summary>
internal static class LoopbackOnly
{
    public static IApplicationBuilder UseLoopbackOnly(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        if (IsAllowed(context.Request.Path, context.Connection.RemoteIpAddress, context.Request.Host.Host))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await context.Response.WriteAsync("This page answers on its own machine only.\n");
    });

    /// <summary>Whether all addresses that the pages listen on are this machine's alone.</summary>
    public static bool IsLoopback(IEnumerable<string> urls) => urls.All(static url => IsLoopback(BindingAddress.Parse(url).Host));

    internal static bool IsAllowed(PathString path, IPAddress? remote, string host) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || (remote is not null && IPAddress.IsLoopback(remote) && IsLoopback(host));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
