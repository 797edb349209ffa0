using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>What becomes of one call.</summary>
internal sealed record Fault
{
    /// <summary>Nothing goes wrong.</summary>
    public static Fault None { get; } = new();

    /// <summary>The call never arrives.</summary>
    public static Fault LostCall { get; } = new() { LosesCall = true };

    /// <summary>The call arrives, its answer does not.</summary>
    public static Fault LostAnswer { get; } = new() { LosesAnswer = true };

    /// <summary>Held up before it arrives.</summary>
    public Task? Before { get; init; }

    /// <summary>Held up on the way back.</summary>
    public Task? After { get; init; }

    public bool LosesCall { get; init; }

    public bool LosesAnswer { get; init; }

    /// <summary>Goes on although nobody waits for it any more, as a call on its way does.</summary>
    public bool IgnoresCancellation { get; init; }

    /// <summary>The answer in place of the partition's.</summary>
    public ProduceResult? Instead { get; init; }

    public static Fault Answer(ProduceResult result) => new() { Instead = result };
}
