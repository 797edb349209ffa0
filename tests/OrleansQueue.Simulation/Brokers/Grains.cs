using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>One activation of a grain: an actor in a silo that owns, or thinks that it owns, something.</summary>
internal sealed record Activation<TServer>(Silo Silo, Actor Actor, TServer Server)
{
    public bool IsAlive => !Actor.Process.IsDead;
}

/// <summary>
/// The grains of a kind and where they are. As with the real directory there may be several activations of one grain for a while;
/// callers are sent to the newest, or to an old one where they have not heard of it.
/// </summary>
internal sealed class Grains<TKey, TServer>(Func<Silo, TKey, TServer> create, Func<TServer, bool> isLost, Func<TKey, string> nameOf)
    where TKey : notnull
    where TServer : IAsyncDisposable
{
    private readonly SortedList<string, List<Activation<TServer>>> _activations = new(StringComparer.Ordinal);

    /// <summary>The activations of one grain, oldest first, as far as their processes live.</summary>
    public List<Activation<TServer>> Of(TKey key)
    {
        if (!_activations.TryGetValue(nameOf(key), out var found))
        {
            _activations.Add(nameOf(key), found = []);
        }

        found.RemoveAll(activation => !activation.IsAlive);
        return found;
    }

    /// <summary>All activations that live.</summary>
    public IEnumerable<Activation<TServer>> All => _activations.Values.SelectMany(some => some).Where(activation => activation.IsAlive);

    /// <summary>Makes an activation, the newest from now on.</summary>
    public Activation<TServer> Activate(TKey key, Silo silo)
    {
        var activation = new Activation<TServer>(silo, silo.Process!.NewActor(nameOf(key)), create(silo, key));
        Of(key).Add(activation);
        return activation;
    }

    /// <summary>The activation that a caller is sent to; null where there is none and none can be made.</summary>
    public Activation<TServer>? Find(TKey key, IReadOnlyList<Silo> silos, Dice dice, bool isStale)
    {
        var present = Of(key);
        if (isStale && present.Count > 1)
        {
            return dice.Pick(present);
        }

        if (present.LastOrDefault(activation => !activation.Silo.IsSuspected) is { } newest)
        {
            return newest;
        }

        var up = silos.Where(silo => silo.IsUp && !silo.IsSuspected).ToList();
        return up.Count == 0 ? null : Activate(key, dice.Pick(up));
    }

    /// <summary>Lets an activation go that has lost what it owned.</summary>
    public void RemoveIfLost(TKey key, Activation<TServer> activation)
    {
        if (isLost(activation.Server) && Of(key).Remove(activation))
        {
            activation.Actor.Start(() => CloseAsync(activation.Server));
        }
    }

    /// <summary>Closes all activations of a silo, as when it stops in good order.</summary>
    public Task CloseAllAsync(Silo silo)
    {
        var closing = new List<Task>();
        foreach (var some in _activations.Values)
        {
            foreach (var activation in some.Where(activation => activation.Silo == silo && activation.IsAlive).ToList())
            {
                some.Remove(activation);
                closing.Add(activation.Actor.StartAsync(() => CloseAsync(activation.Server)));
            }
        }

        return Task.WhenAll(closing);
    }

    private static async Task CloseAsync(TServer server)
    {
        try
        {
            await server.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // What could not be written when it went was never acknowledged.
        }
    }
}
