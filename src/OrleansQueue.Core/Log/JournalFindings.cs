using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>Tells of what is found when a journal is opened, as a <see cref="PartitionLog"/> does of its log.</summary>
internal static class JournalFindings
{
    /// <summary>Waits for a journal to be opened and tells of a torn tail that was cut, or of the damage for which it cannot be opened.</summary>
    /// <param name="opening">The opening.</param>
    /// <param name="events">Is told.</param>
    /// <param name="log">The journal's name.</param>
    /// <param name="tailOf">What recovery found at its end.</param>
    public static async ValueTask<T> ToldToAsync<T>(this ValueTask<T> opening, ILogEvents events, LogId log, Func<T, TailReport> tailOf)
    {
        try
        {
            var opened = await opening;
            if (tailOf(opened) is { CutBytes: not 0 } tail)
            {
                events.TailCut(log, tail);
            }

            return opened;
        }
        catch (LogDamagedException damage)
        {
            events.Damaged(log, damage);
            throw;
        }
    }
}
