using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace OrleansQueue;

/// <summary>
/// What an Orleans client knows of the grains in its cluster, without which it can call none: it goes on knowing what it knew last while
/// no silo is active. Without this, a client that asks for the list while its only silo stops is told that there are no grains, and calls
/// fail until it asks again a minute later; and where a cluster of one silo counts its versions anew at each start, as localhost clustering
/// does, it takes in no later list either and never calls again (<c>ClientClusterManifestProvider</c> of Orleans 10.2.2).
/// </summary>
/// <param name="latest">Orleans' own list.</param>
internal sealed class LastingManifest(IClusterManifestProvider latest) : IClusterManifestProvider
{
    private ClusterManifest? _lastWithGrains;

    public ClusterManifest Current
    {
        get
        {
            var current = latest.Current;
            var last = _lastWithGrains;
            if (ReferenceEquals(current, last))
            {
                return current;
            }

            return HasGrains(current) ? _lastWithGrains = current : last ?? current;
        }
    }

    public IAsyncEnumerable<ClusterManifest> Updates => latest.Updates;

    public GrainManifest LocalGrainManifest => latest.LocalGrainManifest;

    /// <summary>Puts it in front of the list that a client's services hold.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var orleans = services.Last(static service => service is { IsKeyedService: false, ImplementationFactory: not null } && service.ServiceType == typeof(IClusterManifestProvider));
        services.AddSingleton<IClusterManifestProvider>(provider => new LastingManifest((IClusterManifestProvider)orleans.ImplementationFactory!(provider)));
    }

    private static bool HasGrains(ClusterManifest manifest)
    {
        foreach (var silo in manifest.AllGrainManifests)
        {
            if (!silo.Grains.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
