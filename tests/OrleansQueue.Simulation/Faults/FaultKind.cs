namespace OrleansQueue.Simulation.Faults;

/// <summary>What can go wrong in a world. Each kind can be left out, which makes failures shorter.</summary>
internal enum FaultKind
{
    CrashBeforeStep,
    CrashDuringStep,
    CrashAfterStep,
    Kill,
    PowerLoss,
    CleanStop,
    SyncError,
    ShortWrite,
    DiskFull,
    SlowDisk,
    BitFlip,
    LostRequest,
    RepeatedRequest,
    LateRequest,
    LostResponse,
    LateResponse,
    TwoOwners,
    StaleRoute,
    PausedOwner,
    ClockJump,
    MemberDeath,
    ClientPause,
}

/// <summary>How often each kind happened.</summary>
internal sealed class FaultCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<FaultKind>().Length];

    public long this[FaultKind kind] => _counts[(int)kind];

    public void Add(FaultKind kind, long count = 1) => _counts[(int)kind] += count;

    public void Add(FaultCounts others)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }
    }
}
