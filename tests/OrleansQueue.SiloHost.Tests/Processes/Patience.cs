namespace OrleansQueue.Processes;

/// <summary>How long tests wait for what must happen. A machine that is busy with other things takes its time.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
}
