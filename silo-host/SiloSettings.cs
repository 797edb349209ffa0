using System.Net;
using Orleans.Configuration;
using OrleansQueue.Topics;

namespace OrleansQueue.SiloHost;

/// <summary>The settings of the silo: ordinary .NET configuration, checked before anything starts.</summary>
internal sealed record SiloSettings
{
    private static readonly string[] KnownOfBroker =
    [
        "OrleansQueue:Storage", "OrleansQueue:Files:Path", AzureBlobSettings.ConnectionStringKey, AzureBlobSettings.ContainerKey,
        "OrleansQueue:Topics:AutoCreate", "OrleansQueue:Topics:DefaultPartitions",
    ];

    // These are Orleans' own and the web server's, which have others that mean nothing here.
    private static readonly string[] KnownOfOthers = ["Orleans:ClusterId", "Orleans:ServiceId", .. MembershipSettings.Keys, "Urls"];

    private static readonly string[] KnownOfSilo = ["Silo:Address", "Silo:Port", "Silo:GatewayPort", MembershipSettings.ProbeTimeoutKey, MembershipSettings.MissedProbesKey];

    /// <summary>Every setting that there is, but for those of the log.</summary>
    public static IEnumerable<string> Known => [.. KnownOfBroker, .. KnownOfSilo, .. KnownOfOthers];

    public required StorageKind Storage { get; init; }

    public required string FilesPath { get; init; }

    /// <summary>The storage that silos share; null where the logs are in files or in memory.</summary>
    public AzureBlobSettings? AzureBlobs { get; init; }

    /// <summary>How silos know each other.</summary>
    public required MembershipSettings Membership { get; init; }

    public required bool AutoCreate { get; init; }

    public required int DefaultPartitions { get; init; }

    public required IPAddress Address { get; init; }

    public required int SiloPort { get; init; }

    public required int GatewayPort { get; init; }

    public required string ClusterId { get; init; }

    public required string ServiceId { get; init; }

    /// <summary>Where the pages are.</summary>
    public required IReadOnlyList<BindingAddress> Urls { get; init; }

    /// <exception cref="SettingException">A key under OrleansQueue or Silo is unknown, or a value is not allowed.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        configuration.GetSection("OrleansQueue").RefuseUnknown(KnownOfBroker);
        configuration.GetSection("Silo").RefuseUnknown(KnownOfSilo);
        var settings = ReadAll(configuration);
        return settings.GatewayPort != settings.SiloPort
            ? settings
            : throw new SettingException("Silo:GatewayPort", configuration["Silo:GatewayPort"] ?? $"{settings.GatewayPort}", "another port than Silo:Port");
    }

    public string DescribeStorage(string root) => AzureBlobs is { } blobs ? blobs.Logs.Name
        : Storage == StorageKind.Files ? $"files in {Path.GetFullPath(FilesPath, root)}"
        : "memory";

    private static SiloSettings ReadAll(IConfiguration configuration) => new()
    {
        Storage = ReadStorage(configuration),
        FilesPath = ReadFolder(configuration),
        AzureBlobs = configuration["OrleansQueue:Storage"] == AzureBlobSettings.StorageName ? AzureBlobSettings.Read(configuration) : null,
        Membership = MembershipSettings.Read(configuration),
        AutoCreate = configuration.Boolean("OrleansQueue:Topics:AutoCreate", false),
        DefaultPartitions = configuration.Number("OrleansQueue:Topics:DefaultPartitions", new TopicSettings().Partitions, 1, TopicSettings.MaxPartitions),
        Address = ReadAddress(configuration),
        SiloPort = configuration.Number("Silo:Port", EndpointOptions.DEFAULT_SILO_PORT, 1, ushort.MaxValue),
        GatewayPort = configuration.Number("Silo:GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT, 1, ushort.MaxValue),
        ClusterId = configuration.Text("Orleans:ClusterId", "orleansqueue"),
        ServiceId = configuration.Text("Orleans:ServiceId", "orleansqueue"),
        Urls = ReadUrls(configuration),
    };

    private static StorageKind ReadStorage(IConfiguration configuration) => configuration.Text("OrleansQueue:Storage", "files") switch
    {
        "files" => StorageKind.Files,
        "memory" => StorageKind.Memory,

        // The shared storage stands beside the kinds that a silo has of its own.
        AzureBlobSettings.StorageName => default,
        var other => throw new SettingException("OrleansQueue:Storage", other, $"files, {AzureBlobSettings.StorageName} or memory"),
    };

    private static string ReadFolder(IConfiguration configuration)
    {
        var path = configuration.Text("OrleansQueue:Files:Path", "data");
        return File.Exists(path) ? throw new SettingException("OrleansQueue:Files:Path", path, "a folder, and this is a file") : path;
    }

    private static BindingAddress[] ReadUrls(IConfiguration configuration)
    {
        const string Allowed = "http://HOST:PORT or https://HOST:PORT, several with ; between them";
        var text = configuration.Text("Urls", "http://127.0.0.1:8080");
        try
        {
            var urls = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(BindingAddress.Parse).ToArray();
            return urls.Length > 0 && urls.All(static url => url is { Scheme: "http" or "https", Port: >= 0 and <= ushort.MaxValue, PathBase: "" })
                ? urls
                : throw new SettingException("Urls", text, Allowed);
        }
        catch (FormatException)
        {
            throw new SettingException("Urls", text, Allowed);
        }
    }

    private static bool IsUnspecified(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any.MapToIPv6());

    private static IPAddress ReadAddress(IConfiguration configuration) => configuration["Silo:Address"] switch
    {
        null => IPAddress.Loopback,
        var text when IPAddress.TryParse(text, out var address) => IsUnspecified(address)
            ? throw new SettingException("Silo:Address", text, "an address of this machine and not all of them, as it is the one that clients are told to connect to")
            : address,
        var text => throw new SettingException("Silo:Address", text, "an IP address"),
    };
}
