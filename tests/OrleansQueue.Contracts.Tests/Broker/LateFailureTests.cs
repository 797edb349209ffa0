using System.Runtime.CompilerServices;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;

namespace OrleansQueue.Contracts.Tests.Broker;

/// <summary>
/// A call whose wait has ended may fail later, when nobody waits for it any more. That is no news to anybody, and must not come
/// up as a task whose exception nobody looked at, for which some applications end their process.
/// </summary>
public sealed class LateFailureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failure_after_the_connection_was_lost_is_observed(bool cancellable)
    {
        using var cancelled = new CancellationTokenSource();

        Assert.Empty(await UnobservedAsync(watch => watch.Lost(), cancellable ? cancelled.Token : default));
    }

    [Fact]
    public async Task Failure_after_the_call_was_cancelled_is_observed()
    {
        using var cancelled = new CancellationTokenSource();

        Assert.Empty(await UnobservedAsync(_ => cancelled.Cancel(), cancelled.Token));
    }

    [Fact]
    public async Task Failure_that_nobody_looks_at_is_found_by_these_tests()
    {
        var seen = new List<Exception>();
        await CollectAsync(seen, Lose);

        Assert.Single(seen);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Task Lose(LateException late)
        {
            _ = Task.FromException(late);
            return Task.CompletedTask;
        }
    }

    private static async Task<List<Exception>> UnobservedAsync(Action<ConnectionWatch> end, CancellationToken cancellationToken)
    {
        var seen = new List<Exception>();
        await CollectAsync(seen, late => EndThenFailAsync(late, end, cancellationToken));
        return seen;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task EndThenFailAsync(LateException late, Action<ConnectionWatch> end, CancellationToken cancellationToken)
    {
        var watch = new ConnectionWatch();
        var answer = new TaskCompletionSource<int>();
        var call = watch.WaitAsync(answer.Task, cancellationToken);
        end(watch);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => call);
        Assert.True(error is BrokerUnavailableException or OperationCanceledException);
        answer.SetException(late);
    }

    /// <summary>Runs something and gathers which of its failures nobody looked at: that shows when its tasks are collected.</summary>
    private static async Task CollectAsync(List<Exception> seen, Func<LateException, Task> run)
    {
        var late = new LateException();
        void Note(object? sender, UnobservedTaskExceptionEventArgs unobserved)
        {
            if (unobserved.Exception.InnerExceptions.Contains(late))
            {
                lock (seen)
                {
                    seen.Add(unobserved.Exception);
                }
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await run(late);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    private sealed class LateException : Exception;
}
