namespace OrleansQueue.Grains.Hosting;

/// <summary>
/// What a silo asks the cluster that it joins. Those who are in the table of members may all be dead and not yet known to be, as when a whole cluster starts
/// anew; so they are waited for no longer than that lasts, nor for ever.
/// </summary>
internal sealed class ClusterQuestions(ISiloStatusOracle silos, IClusterMembershipService members, TimeProvider clock)
{
    /// <summary>How long it asks without an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Whether no other silo is known to be active.</summary>
    public bool IsAlone => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(silo => silo.Equals(silos.SiloAddress));

    /// <summary>Asks until there is an answer, or there is nobody to ask, or nobody answers for long.</summary>
    /// <param name="question">Asks a grain.</param>
    /// <param name="needsOthers">Whether there is nobody to ask where this silo is alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Asked<T>> AskAsync<T>(Func<ValueTask<T>> question, bool needsOthers, CancellationToken cancellationToken)
    {
        var (began, wait) = (clock.GetTimestamp(), FirstWait);
        while (!needsOthers || !IsAlone)
        {
            try
            {
                return new Asked<T>(true, await question(), null);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                if (clock.GetElapsedTime(began) >= Patience)
                {
                    return new Asked<T>(false, default, error);
                }
            }

            // Who is active is known a moment before what grains they have is; whoever was asked may just have left, or be opening its journal.
            await Task.Delay(wait, clock, cancellationToken);
            wait = wait + wait < LongestWait ? wait + wait : LongestWait;

            // Who is dead is known when the table is read again, which happens by itself once in a minute.
            await members.Refresh(cancellationToken: cancellationToken);
        }

        return new Asked<T>(false, default, null);
    }
}

/// <summary>What became of a question.</summary>
/// <param name="IsGiven">Whether somebody answered.</param>
/// <param name="Value">The answer.</param>
/// <param name="Failure">Why nobody did; null where there was nobody to ask.</param>
internal sealed record Asked<T>(bool IsGiven, T? Value, Exception? Failure)
{
    /// <summary>Ends the start of a silo that has to know.</summary>
    /// <exception cref="IOException">Nobody answered.</exception>
    public void ThrowIfFailed(string what)
    {
        if (Failure is not null)
        {
            throw new IOException($"No silo of this cluster could tell within {ClusterQuestions.Patience} {what}: {Failure.Message.ReplaceLineEndings(" ")}", Failure);
        }
    }
}
