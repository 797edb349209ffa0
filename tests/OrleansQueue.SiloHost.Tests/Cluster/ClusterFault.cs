namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>What happens to a silo of a cluster in a round.</summary>
internal enum ClusterFault
{
    /// <summary>SIGKILL, and it starts again when the cluster goes on without it.</summary>
    Kill,

    /// <summary>SIGSTOP for longer than it takes to declare it dead, then SIGCONT: it wakes up as an owner of what others have.</summary>
    Pause,

    /// <summary>SIGTERM, and it starts again when it has ended.</summary>
    CleanRestart,

    /// <summary>SIGKILL of all silos at once, as when they lose power, and they start again.</summary>
    KillAll,
}
