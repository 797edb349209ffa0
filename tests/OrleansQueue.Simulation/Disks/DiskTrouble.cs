using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Disks;

/// <summary>The process came to its end in the middle of a call of the disk.</summary>
internal sealed class ProcessDiedException() : IOException("The process is gone.");

/// <summary>When a process dies at a step of the disk.</summary>
internal enum CrashPoint
{
    /// <summary>Nothing of the step happens.</summary>
    Before,

    /// <summary>A part of the step happens.</summary>
    During,

    /// <summary>The step happens and nobody hears of it.</summary>
    After,
}

/// <summary>What is wrong with a disk just now, drawn step by step.</summary>
internal sealed class DiskTrouble(World world, FaultCounts counts)
{
    private readonly Dice _dice = world.DiceFor("disk trouble");
    private int _stepsToCrash = -1;
    private CrashPoint _crashPoint;

    /// <summary>How likely a sync fails.</summary>
    public double SyncErrors { get; set; }

    /// <summary>How likely a write ends early with an error.</summary>
    public double ShortWrites { get; set; }

    /// <summary>How long a call of the disk takes at most.</summary>
    public TimeSpan Slowness { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How likely a call takes seconds.</summary>
    public double Stalls { get; set; }

    /// <summary>What draws which part of a step happens.</summary>
    public Dice Dice => _dice;

    /// <summary>Has the process die at a later step.</summary>
    public void CrashAfter(int steps, CrashPoint point)
    {
        _stepsToCrash = steps;
        _crashPoint = point;
    }

    public void Heal()
    {
        SyncErrors = ShortWrites = Stalls = 0;
        _stepsToCrash = -1;
        Slowness = TimeSpan.FromMilliseconds(2);
    }

    /// <summary>The crash that meets this step, or null.</summary>
    public CrashPoint? TakeCrash()
    {
        if (_stepsToCrash < 0 || _stepsToCrash-- > 0)
        {
            return null;
        }

        counts.Add(_crashPoint switch
        {
            CrashPoint.Before => FaultKind.CrashBeforeStep,
            CrashPoint.During => FaultKind.CrashDuringStep,
            _ => FaultKind.CrashAfterStep,
        });
        return _crashPoint;
    }

    public bool TakeSyncError() => Take(SyncErrors, FaultKind.SyncError);

    public bool TakeShortWrite() => Take(ShortWrites, FaultKind.ShortWrite);

    public void CountFull() => counts.Add(FaultKind.DiskFull);

    public TimeSpan TakeDelay()
    {
        if (Take(Stalls, FaultKind.SlowDisk))
        {
            return _dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));
        }

        return _dice.Between(TimeSpan.FromMilliseconds(0.05), Slowness);
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
