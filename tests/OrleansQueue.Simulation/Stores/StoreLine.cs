using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Stores;

/// <summary>How bad the way to the shared store is just now.</summary>
internal sealed class StoreTrouble
{
    /// <summary>How likely a request never arrives.</summary>
    public double LostRequests { get; set; }

    /// <summary>How likely a request arrives when its caller has given it up.</summary>
    public double LateRequests { get; set; }

    /// <summary>How likely a request is carried out and its answer is lost.</summary>
    public double LostResponses { get; set; }

    /// <summary>How likely a call takes long.</summary>
    public double Stalls { get; set; }

    public void Heal() => LostRequests = LateRequests = LostResponses = Stalls = 0;
}

/// <summary>The way of one process to the shared store.</summary>
internal sealed class StoreLine(World world, Process process, StoreTrouble trouble, FaultCounts counts, Dice dice)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Makes a call; the store carries it out in one piece when it arrives, whether or not its caller lives by then.</summary>
    public Task<T> CallAsync<T>(Func<ValueTask<T>> call, bool isWrite)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Take(trouble.LostRequests, FaultKind.LostRequest))
        {
            world.After(Timeout, process, () => done.SetException(new IOException("The store did not answer.")));
        }
        else if (isWrite && Take(trouble.LateRequests, FaultKind.LateRequest))
        {
            // Nobody waits for it any more when it comes; what it then does must harm nobody.
            world.After(Timeout, process, () => done.SetException(new IOException("The store did not answer.")));
            world.After(Timeout + dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(10)), null, () => Run(call, _ => { }, _ => { }));
        }
        else
        {
            world.After(Delay(), null, () => Run(
                call,
                result => Answer(() => done.SetResult(result), () => done.SetException(new IOException("The store's answer was lost."))),
                error => Answer(() => done.SetException(error), () => done.SetException(new IOException("The store's answer was lost.")))));
        }

        return done.Task;
    }

    private static void Run<T>(Func<ValueTask<T>> call, Action<T> succeeded, Action<Exception> failed)
    {
        try
        {
            var task = call().AsTask();
            if (!task.IsCompleted)
            {
                throw new InvalidOperationException("The shared store waits for something.");
            }

            succeeded(task.GetAwaiter().GetResult());
        }
        catch (Exception error)
        {
            // Whatever the call throws belongs to its caller.
            failed(error);
        }
    }

    private void Answer(Action answer, Action lost)
    {
        if (Take(trouble.LostResponses, FaultKind.LostResponse))
        {
            world.After(Timeout, process, lost);
        }
        else
        {
            world.After(Delay(), process, answer);
        }
    }

    private TimeSpan Delay() => Take(trouble.Stalls, FaultKind.SlowDisk)
        ? dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8))
        : dice.Between(TimeSpan.FromMilliseconds(0.1), TimeSpan.FromMilliseconds(3));

    private bool Take(double probability, FaultKind kind)
    {
        if (probability == 0 || !dice.Chance(probability))
        {
            return false;
        }

        counts.Add(kind);
        return true;
    }
}
