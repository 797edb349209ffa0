namespace OrleansQueue.Grains.Tests.Support;

/// <summary>A call to a grain.</summary>
/// <param name="Method">What was called.</param>
/// <param name="Grain">Who was called.</param>
internal sealed record Call(string Method, GrainId Grain)
{
    /// <summary>Whether the grain answered.</summary>
    public bool Answered { get; init; }

    /// <summary>Whether the call threw.</summary>
    public Exception? Error { get; init; }
}

/// <summary>Sees every call to a grain on the silos that it was given to, and lets tests wait for some.</summary>
internal sealed class Calls : IIncomingGrainCallFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];
    private readonly List<(Func<Call, bool> Which, int Count, TaskCompletionSource Seen)> _waiting = [];

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var call = new Call(context.MethodName, context.TargetId);
        var invoking = context.Invoke();
        Note(call);
        try
        {
            await invoking;
        }
        catch (Exception error)
        {
            Note(call with { Error = error });
            throw;
        }

        Note(call with { Answered = true });
    }

    /// <summary>Waits until so many calls have begun and wait for something.</summary>
    public Task BegunAsync(string method, int count) => SeenAsync(call => call.Method == method && call is { Answered: false, Error: null }, count);

    /// <summary>Waits until so many calls of a kind of grain were answered, in all.</summary>
    public Task AnsweredAsync(string method, string grainType, int count = 1) =>
        SeenAsync(call => call.Answered && call.Method == method && call.Grain.Type.ToString() == grainType, count);

    /// <summary>Forgets all calls up to now.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _calls.Clear();
        }
    }

    /// <summary>The calls that threw.</summary>
    public IReadOnlyList<Call> Failed
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls.Where(call => call.Error is not null)];
            }
        }
    }

    private Task SeenAsync(Func<Call, bool> which, int count)
    {
        lock (_lock)
        {
            if (_calls.Count(which) >= count)
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((which, count, seen));
            return seen.Task.WaitAsync(Patience);
        }
    }

    private void Note(Call call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            foreach (var done in _waiting.Where(wait => _calls.Count(wait.Which) >= wait.Count).ToList())
            {
                _waiting.Remove(done);
                done.Seen.SetResult();
            }
        }
    }
}
