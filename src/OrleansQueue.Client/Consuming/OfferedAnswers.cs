using System.Threading.Channels;

namespace OrleansQueue.Client;

/// <summary>
/// The answers of all partitions of a member in the order in which they came. Each partition offers one at a time, so each has
/// its turn.
/// </summary>
internal sealed class OfferedAnswers
{
    private readonly Channel<OfferedAnswer> _offered = Channel.CreateUnbounded<OfferedAnswer>(new() { SingleReader = true });

    /// <summary>Offers what comes of a partition.</summary>
    public async Task ServeAsync(PartitionRun run)
    {
        while (await run.NextAsync() is { } records)
        {
            var offer = new OfferedAnswer(run, records);
            while (!offer.IsDone)
            {
                _offered.Writer.TryWrite(offer);
                await offer.WhenLeftAsync();
                if (!offer.IsDone && !await run.WhenReadyAsync())
                {
                    return;
                }

                offer.Renew();
            }
        }
    }

    /// <summary>The next answer, if there is one.</summary>
    public OfferedAnswer? TryTake() => _offered.Reader.TryRead(out var offer) ? offer : null;

    /// <summary>The next answer; null at the end.</summary>
    public async Task<OfferedAnswer?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _offered.Reader.WaitToReadAsync(cancellationToken))
        {
            if (TryTake() is { } offer)
            {
                return offer;
            }
        }

        return null;
    }

    /// <summary>There will be no more: because of <paramref name="reason"/>, which whoever asks then is told, or because nobody asks any more.</summary>
    public void End(Exception? reason) => _offered.Writer.TryComplete(reason);
}
