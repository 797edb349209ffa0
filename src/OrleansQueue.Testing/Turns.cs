namespace OrleansQueue.Testing;

/// <summary>
/// Runs the broker's code as an actor's is run: one turn at a time, on a scheduler of its own, with overlap only where it waits.
/// Core's classes have no locks and rely on that. Calls begin in the order in which they are made.
/// </summary>
internal sealed class Turns
{
    private readonly TaskFactory _factory = new(
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        TaskContinuationOptions.None,
        new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    /// <summary>Begins work in a turn; the caller goes on elsewhere when it is done.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        // A caller that went on within the turn would hold everybody up, for ever if it waits for another answer.
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _factory.StartNew(() => AnswerAsync(answer, work));
        return answer.Task;
    }

    private static async Task AnswerAsync<T>(TaskCompletionSource<T> answer, Func<Task<T>> work)
    {
        try
        {
            answer.SetResult(await work());
        }
        catch (OperationCanceledException cancelled)
        {
            answer.SetCanceled(cancelled.CancellationToken);
        }
        catch (Exception error)
        {
            // Whatever the work throws belongs to whoever asked for it.
            answer.SetException(error);
        }
    }
}
