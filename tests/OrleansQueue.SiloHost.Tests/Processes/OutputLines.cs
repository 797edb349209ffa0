namespace OrleansQueue.Processes;

/// <summary>Lines that a process printed so far, and the wait for those to come.</summary>
internal sealed class OutputLines
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Adds a line; null is the end.</summary>
    public void Add(string? line)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Add(line);
            }

            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    /// <summary>Waits for a line that begins so.</summary>
    public Task<string> BeginningAsync(string beginning) => FirstAsync(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Waits for the first line that is as wanted; throws, with all that was printed, when the output ends without it.</summary>
    public async Task<string> FirstAsync(Func<string, bool> wanted)
    {
        for (var next = 0; ;)
        {
            Task more;
            bool ended;
            lock (_lock)
            {
                for (; next < _lines.Count; next++)
                {
                    if (wanted(_lines[next]))
                    {
                        return _lines[next];
                    }
                }

                (more, ended) = (_more.Task, _ended);
            }

            if (ended)
            {
                throw new InvalidOperationException($"The output ended without the line that was waited for:\n{this}");
            }

            await more.WaitAsync(Patience.Long);
        }
    }

    public override string ToString() => string.Join('\n', All);
}
