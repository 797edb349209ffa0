using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Broker;

/// <summary>
/// Ends the waits of calls when a connection to the cluster is lost. Orleans lets such calls hang until they time out, since
/// clients, unlike silos, are not told that a silo died; the callers make them again, which stores nothing twice.
/// </summary>
internal sealed class ConnectionWatch
{
    private TaskCompletionSource _lost = New();

    /// <summary>A connection was lost: every call that waits may be one that will never be answered.</summary>
    public void Lost() => Interlocked.Exchange(ref _lost, New()).SetResult();

    /// <summary>
    /// Makes a call and waits for its answer, for the caller's cancellation, or for the loss of a connection, whichever comes first:
    /// a call to a silo that was killed is otherwise only answered by its time-out.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">No answer came.</exception>
    public async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var answer = call();
            return answer.IsCompleted ? await answer : await WaitAsync(answer.AsTask(), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error) when (error is not (ArgumentException or BrokerUnavailableException))
        {
            throw new BrokerUnavailableException($"No answer came from the cluster: {error.Message}", error);
        }
    }

    /// <summary>Waits for an answer.</summary>
    /// <exception cref="BrokerUnavailableException">A connection was lost first.</exception>
    public async Task<T> WaitAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        var lost = _lost.Task;
        Task first;
        try
        {
            first = await Task.WhenAny(answer, lost).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Forget(answer);
            throw;
        }

        if (first == lost && !answer.IsCompleted)
        {
            Forget(answer);
            throw new BrokerUnavailableException("The connection to the cluster was lost before the answer came.");
        }

        return await answer;
    }

    /// <summary>How the call ends later is of no use to anybody any more. Its failure is looked at, so that it does not come up as one that nobody saw.</summary>
    private static void Forget(Task answer) =>
        _ = answer.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
