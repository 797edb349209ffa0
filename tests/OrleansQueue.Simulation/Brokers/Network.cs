using OrleansQueue.Broker;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>What came of a call.</summary>
/// <param name="Value">The answer; meaningless where there is none.</param>
/// <param name="Problem">Why there is none: an error of the other side, or that nothing came in time. Null where there is one.</param>
/// <param name="WasRepeated">Whether the request reached the other side a second time, so that the answer does not tell all that became of it.</param>
internal sealed record Reply<T>(T Value, string? Problem, bool WasRepeated)
{
    /// <summary>The epoch of the owner that answered; none where it knew by then that it is none.</summary>
    public Epoch Owner { get; init; } = Epoch.None;

    public bool IsAnswer => Problem is null;

    /// <summary>The answer, for callers within the broker.</summary>
    /// <exception cref="BrokerUnavailableException">There is none.</exception>
    public T Required => IsAnswer ? Value : throw new BrokerUnavailableException(Problem!);
}

/// <summary>Brings calls from one process to another and answers back, late or twice or not at all.</summary>
internal sealed class Network(World world, FaultCounts counts)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(0.1);

    private readonly Dice _dice = world.DiceFor("network");

    public double LostRequests { get; set; }

    public double RepeatedRequests { get; set; }

    public double LateRequests { get; set; }

    public double LostResponses { get; set; }

    public double LateResponses { get; set; }

    public void Heal() => LostRequests = RepeatedRequests = LateRequests = LostResponses = LateResponses = 0;

    /// <summary>Calls an actor, which may be gone.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="target">Who is called; null where nobody is there.</param>
    /// <param name="work">What it is to do.</param>
    /// <param name="timeout">How long the caller waits for the answer.</param>
    /// <param name="mayRepeat">Whether the request may reach the other side twice.</param>
    /// <param name="mayOutlive">Whether a late request may come so late that sessions have ended meanwhile.</param>
    public Task<Reply<T>> CallAsync<T>(Process caller, Actor? target, Func<ValueTask<T>> work, TimeSpan timeout, bool mayRepeat, bool mayOutlive)
    {
        var reply = new TaskCompletionSource<Reply<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var repeated = false;
        world.After(timeout, caller, () => reply.TrySetResult(new(default!, "no answer in time", repeated)));
        if (target is null)
        {
            world.After(Delay(FaultKind.LateResponse, 0), caller, () => reply.TrySetResult(new(default!, "nobody is there", false)));
        }
        else if (!Take(LostRequests, FaultKind.LostRequest))
        {
            Deliver(caller, target, work, mayOutlive, answer => reply.TrySetResult(answer with { WasRepeated = repeated }));
            if (mayRepeat && Take(RepeatedRequests, FaultKind.RepeatedRequest))
            {
                repeated = true;
                Deliver(caller, target, work, mayOutlive, answer => reply.TrySetResult(answer with { WasRepeated = true }));
            }
        }

        return reply.Task;
    }

    private void Deliver<T>(Process caller, Actor target, Func<ValueTask<T>> work, bool mayOutlive, Action<Reply<T>> answer) =>
        world.After(Delay(FaultKind.LateRequest, LateRequests, mayOutlive), target.Process, () => target.Start(async () =>
        {
            var reply = await RunAsync(work);
            if (!Take(LostResponses, FaultKind.LostResponse))
            {
                world.After(Delay(FaultKind.LateResponse, LateResponses), caller, () => answer(reply));
            }
        }));

    private static async Task<Reply<T>> RunAsync<T>(Func<ValueTask<T>> work)
    {
        try
        {
            return new(await work(), null, false);
        }
        catch (Exception error) when (IsExpected(error))
        {
            return new(default!, $"{error.GetType().Name}: {error.Message}", false);
        }
    }

    /// <summary>Errors of the storage and of what is being given up are part of a broker's life; anything else is a fault of its code.</summary>
    private static bool IsExpected(Exception error) => error is IOException or OperationCanceledException or ObjectDisposedException or BrokerUnavailableException;

    private TimeSpan Delay(FaultKind kind, double late, bool mayOutlive = false)
    {
        if (!Take(late, kind))
        {
            return _dice.Between(Least, TimeSpan.FromMilliseconds(4));
        }

        return mayOutlive && _dice.Chance(0.5)
            ? _dice.Between(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60))
            : _dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15));
    }

    private bool Take(double probability, FaultKind kind)
    {
        if (probability == 0 || !_dice.Chance(probability))
        {
            return false;
        }

        counts.Add(kind);
        return true;
    }
}
