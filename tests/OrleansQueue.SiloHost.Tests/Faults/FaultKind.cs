namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>What happens to the silo in a round: Kafka's matrix of clean and hard shutdowns and bounces, and pauses.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, and it starts again at once.</summary>
    HardRestart,

    /// <summary>SIGTERM, and it starts again when it has ended.</summary>
    CleanRestart,

    /// <summary>Five times SIGKILL, each as soon as it is ready again.</summary>
    HardBounces,

    /// <summary>Five times SIGTERM, each as soon as it is ready again.</summary>
    CleanBounces,

    /// <summary>SIGSTOP for longer than a call may take, then SIGCONT: the calls of before are still in its sockets.</summary>
    LongPause,

    /// <summary>SIGSTOP for a moment that no call gives up in.</summary>
    ShortPause,

    /// <summary>SIGSTOP, SIGKILL while it is stopped, and it starts again.</summary>
    KillWhilePaused,
}
