namespace OrleansQueue.SiloHost;

/// <summary>
/// Gives memory back to the system when the silo has come to rest. The collector keeps what a load made it take until it runs
/// again, and in a silo that does nothing it never runs. Only a program that has its process to itself may do this.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="allocated">How many bytes the process has allocated in all.</param>
/// <param name="collect">Collects what is garbage and gives free memory back.</param>
internal sealed class IdleMemory(TimeProvider clock, Func<long> allocated, Action collect) : BackgroundService
{
    private const int QuietRounds = 3;

    // What timers and health checks allocate in a round is less by far, and a load is more by far.
    private const long QuietBytes = 16 << 20;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    private long _seen;
    private int _quiet;
    private bool _worked = true;

    /// <summary>For this process.</summary>
    public IdleMemory()
        : this(TimeProvider.System, static () => GC.GetTotalAllocatedBytes(), static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Round, clock);
        try
        {
            while (await rounds.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Where the start of the silo fails, the host would take this for a fault and tell it at length beside the real one.
        }
    }

    /// <summary>Once in a while: collects when the last work was three rounds ago, and then not again before there was more.</summary>
    internal void Look()
    {
        var now = allocated();
        var isQuiet = now - _seen < QuietBytes;
        _seen = now;
        _worked |= !isQuiet;
        _quiet = isQuiet ? _quiet + 1 : 0;
        if (_worked && _quiet >= QuietRounds)
        {
            _worked = false;
            collect();
        }
    }
}
