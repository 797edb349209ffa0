using System.Reflection;
using Microsoft.Extensions.Configuration.Json;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace OrleansQueue.SiloHost;

/// <summary>Puts the silo together from its settings.</summary>
internal static class HostedSilo
{
    /// <summary>Where the Orleans dashboard is.</summary>
    private const string Dashboard = "/orleans";

    private static readonly string[] RepeatsFailures =
        ["Orleans.SiloLifecycleSubject", "Orleans.Runtime.SiloLifecycleSubject", "Orleans.Runtime.Silo", "Orleans.Hosting.SiloHostedService", "Microsoft.Extensions.Hosting.Internal.Host"];

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        AddDefaults(builder.Configuration);
        var settings = SiloSettings.Read(builder.Configuration);
        PortCheck.Run(settings);
        MembershipCheck.Run(settings.Membership);

        // What Orleans says of a start that failed repeats, over many lines, the one that this program ends with.
        foreach (var category in RepeatsFailures)
        {
            builder.Logging.AddFilter(category, LogLevel.Critical);
        }

        builder.Services.AddSiloHealth();
        builder.Services.AddHostedService(static _ => new IdleMemory());
        builder.UseOrleans(silo => Configure(silo, settings));

        var app = builder.Build();
        app.UseLoopbackOnly();
        app.MapHealth();
        app.MapOrleansDashboard(Dashboard);
        app.MapGet("/", static () => Results.Redirect(Dashboard));
        app.Lifetime.ApplicationStarted.Register(() => Announce(app, settings));
        return app;
    }

    /// <summary>The settings that come with the program count wherever it was started from; every other source goes before them.</summary>
    private static void AddDefaults(ConfigurationManager configuration)
    {
        var defaults = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"), Optional = false };
        defaults.ResolveFileProvider();
        ((IConfigurationBuilder)configuration).Sources.Insert(0, defaults);
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings)
    {
        if (!settings.Membership.IsCluster)
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort);
        }

        silo.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = (settings.ServiceId, settings.ClusterId));
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (settings.Membership.ProbeTimeout, settings.Membership.MissedProbes);

            // Orleans 10.2.2 gives whoever asks through a third silo no more time than that one has for its probe, so of a silo that stands still
            // the answer mostly comes too late and counts for nothing. Two silos must still agree.
            membership.EnableIndirectProbes = false;

            // Dead members whom nobody is left to declare dead count as stale after a time, but only for a silo that starts then. Who waited that
            // long, and as long as others take to find out a dead one, is better started anew than kept waiting for the 5 minutes of Orleans.
            membership.MaxJoinAttemptTime = (membership.NumMissedTableIAmAliveLimit * membership.IAmAliveTablePublishTimeout)
                + (2 * membership.NumMissedProbesLimit * membership.ProbeTimeout);
        });
        silo.Configure<EndpointOptions>(endpoints =>
        {
            (endpoints.SiloPort, endpoints.GatewayPort) = (settings.SiloPort, settings.GatewayPort);
            endpoints.AdvertisedIPAddress = settings.Address;
            endpoints.SiloListeningEndpoint = new(settings.Address, settings.SiloPort);
            endpoints.GatewayListeningEndpoint = new(settings.Address, settings.GatewayPort);
        });
        silo.Services.UseLargeBlocks();
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options =>
        {
            options.Storage = settings.Storage;
            options.FilesPath = settings.FilesPath;
            options.SharedStorage = settings.AzureBlobs?.Logs;
            options.AutoCreateTopics = settings.AutoCreate;
            options.NewTopics = options.NewTopics with { Partitions = settings.DefaultPartitions };
        }));

        if (settings.AzureBlobs is { } blobs)
        {
            SharedStorage.Use(silo, blobs);
        }

        // The log of a silo names what passes through it, and there is no login.
        silo.AddDashboard(dashboard => dashboard.HideTrace = true);
    }

    private static void Announce(WebApplication app, SiloSettings settings)
    {
        var version = typeof(HostedSilo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        var page = app.Urls.FirstOrDefault() is { } url ? $"{url.TrimEnd('/')}{Dashboard}" : "none";
        if (!LoopbackOnly.IsLoopback(app.Urls))
        {
            Console.WriteLine("From other machines only /health answers: the pages have no login yet.");
        }

        Console.WriteLine($"OrleansQueue ready: version {version}, storage {settings.DescribeStorage(app.Environment.ContentRootPath)}, "
            + $"gateway {settings.Address}:{settings.GatewayPort}, page {page}");
    }
}
