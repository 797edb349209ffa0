namespace OrleansQueue.Simulation.Worlds;

/// <summary>Something that is to happen at a time.</summary>
internal sealed class Event(Process? process, Action action)
{
    private bool _cancelled;

    public void Cancel() => _cancelled = true;

    public void Run()
    {
        if (_cancelled || process is { IsDead: true })
        {
            return;
        }

        if (process is { IsPaused: true })
        {
            process.Defer(this);
        }
        else
        {
            action();
        }
    }
}
