namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>A player.</summary>
[Alias("demo.IPlayerGrain")]
public interface IPlayerGrain : IGrainWithStringKey
{
    /// <summary>Adds points for an event and answers the total. An event that was added already adds nothing.</summary>
    [Alias("add")]
    Task<long> AddAsync(long points, EventPlace place);

    /// <summary>The total.</summary>
    [Alias("get")]
    Task<long> GetExperienceAsync();
}

/// <summary>Which event it is: its place in the topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
[GenerateSerializer, Immutable, Alias("demo.event-place")]
public sealed record EventPlace([property: Id(0)] string Topic, [property: Id(1)] int Partition, [property: Id(2)] long Offset);

/// <summary>What is kept of a player.</summary>
[GenerateSerializer, Alias("demo.player")]
public sealed class PlayerState
{
    /// <summary>The points.</summary>
    [Id(0)]
    public long Experience { get; set; }

    /// <summary>The highest offset that was added, by topic and partition.</summary>
    [Id(1)]
    public Dictionary<string, long> Added { get; init; } = [];
}

/// <summary>
/// Keeps a player's points together with how far they go in each partition, in one write under the ETag of the last: so an
/// event counts once, whatever fails on the way, also where two activations of the player live for a moment.
/// </summary>
internal sealed class PlayerGrain([PersistentState("player")] IPersistentState<PlayerState> state) : Grain, IPlayerGrain
{
    public async Task<long> AddAsync(long points, EventPlace place)
    {
        var partition = $"{place.Topic}/{place.Partition}";
        if (state.State.Added.TryGetValue(partition, out var highest) && highest >= place.Offset)
        {
            return state.State.Experience;
        }

        state.State.Added[partition] = place.Offset;
        state.State.Experience += points;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // What is in memory is not what is kept.
            DeactivateOnIdle();
            throw;
        }

        return state.State.Experience;
    }

    public Task<long> GetExperienceAsync() => Task.FromResult(state.State.Experience);
}
