namespace OrleansQueue.Client.Tests.Support;

/// <summary>Waits on a clock that a test moves.</summary>
internal static class ClockWaits
{
    /// <summary>Ends when the clock has moved on by <paramref name="time"/>, or when the wait is cancelled.</summary>
    public static async Task After(this TimeProvider clock, TimeSpan time, CancellationToken cancellationToken = default)
    {
        var passed = new TaskCompletionSource();
        await using var timer = clock.CreateTimer(_ => passed.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await using var ending = cancellationToken.Register(() => passed.TrySetCanceled(cancellationToken));
        await passed.Task;
    }
}
