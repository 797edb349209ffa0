using System.Globalization;
using System.Net;
using Orleans.Configuration;
using OrleansQueue.Topics;

namespace OrleansQueue.SiloHost;

/// <summary>The settings of the silo: ordinary .NET configuration, checked before anything starts.</summary>
internal sealed record SiloSettings
{
    private static readonly string[] KnownOfBroker =
    [
        "OrleansQueue:Storage", "OrleansQueue:Files:Path", "OrleansQueue:Topics:AutoCreate", "OrleansQueue:Topics:DefaultPartitions",
    ];

    private static readonly string[] KnownOfSilo = ["Silo:Address", "Silo:Port", "Silo:GatewayPort"];

    public required StorageKind Storage { get; init; }

    public required string FilesPath { get; init; }

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
        RefuseUnknown(configuration.GetSection("OrleansQueue"), KnownOfBroker);
        RefuseUnknown(configuration.GetSection("Silo"), KnownOfSilo);
        if (configuration["Orleans:Clustering:ProviderType"] is { } provider)
        {
            throw new SettingException("Orleans:Clustering:ProviderType", provider, "nothing: without it the silo is a cluster on this machine");
        }

        var settings = ReadAll(configuration);
        return settings.GatewayPort != settings.SiloPort
            ? settings
            : throw new SettingException("Silo:GatewayPort", configuration["Silo:GatewayPort"] ?? $"{settings.GatewayPort}", "another port than Silo:Port");
    }

    public string DescribeStorage(string root) => Storage == StorageKind.Files ? $"files in {Path.GetFullPath(FilesPath, root)}" : "memory";

    private static SiloSettings ReadAll(IConfiguration configuration) => new()
    {
        Storage = ReadStorage(configuration),
        FilesPath = ReadFolder(configuration),
        AutoCreate = ReadBoolean(configuration, "OrleansQueue:Topics:AutoCreate", false),
        DefaultPartitions = ReadNumber(configuration, "OrleansQueue:Topics:DefaultPartitions", new TopicSettings().Partitions, 1, TopicSettings.MaxPartitions),
        Address = ReadAddress(configuration),
        SiloPort = ReadNumber(configuration, "Silo:Port", EndpointOptions.DEFAULT_SILO_PORT, 1, ushort.MaxValue),
        GatewayPort = ReadNumber(configuration, "Silo:GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT, 1, ushort.MaxValue),
        ClusterId = ReadText(configuration, "Orleans:ClusterId", "orleansqueue"),
        ServiceId = ReadText(configuration, "Orleans:ServiceId", "orleansqueue"),
        Urls = ReadUrls(configuration),
    };

    private static void RefuseUnknown(IConfigurationSection section, string[] known)
    {
        foreach (var entry in section.AsEnumerable().Where(entry => entry.Value is not null))
        {
            if (!known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingException(entry.Key, entry.Value!, $"nothing, as there is no such setting; there are {string.Join(", ", known)}");
            }
        }
    }

    private static StorageKind ReadStorage(IConfiguration configuration) => ReadText(configuration, "OrleansQueue:Storage", "files") switch
    {
        "files" => StorageKind.Files,
        "memory" => StorageKind.Memory,
        var other => throw new SettingException("OrleansQueue:Storage", other, "files or memory"),
    };

    private static string ReadFolder(IConfiguration configuration)
    {
        var path = ReadText(configuration, "OrleansQueue:Files:Path", "data");
        return File.Exists(path) ? throw new SettingException("OrleansQueue:Files:Path", path, "a folder, and this is a file") : path;
    }

    private static BindingAddress[] ReadUrls(IConfiguration configuration)
    {
        const string Allowed = "http://HOST:PORT or https://HOST:PORT, several with ; between them";
        var text = ReadText(configuration, "Urls", "http://127.0.0.1:8080");
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

    private static string ReadText(IConfiguration configuration, string key, string normally) => configuration[key] switch
    {
        null => normally,
        "" => throw new SettingException(key, "", "a text that is not empty"),
        var text => text,
    };

    private static bool ReadBoolean(IConfiguration configuration, string key, bool normally) => configuration[key] switch
    {
        null => normally,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new SettingException(key, text, "true or false"),
    };

    private static int ReadNumber(IConfiguration configuration, string key, int normally, int least, int most) => configuration[key] switch
    {
        null => normally,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        var text => throw new SettingException(key, text, $"{least} to {most}"),
    };

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

/// <summary>A setting cannot be used.</summary>
internal sealed class SettingException(string key, string value, string allowed) : Exception(Refusal.OfText(key, $"'{value}'", allowed).ToString());
