using OrleansQueue.Storage;

namespace OrleansQueue.Journals;

/// <summary>
/// A journal and its owner, who is given up for good once an entry could not be kept, or another owner has the journal: what the state shows
/// may then be ahead of what is kept.
/// </summary>
/// <param name="journal">The journal.</param>
/// <param name="name">What it is the journal of, as a sentence about it begins.</param>
internal sealed class OwnedJournal(Journal journal, string name) : IAsyncDisposable
{
    /// <summary>Whether the owner was given up.</summary>
    public bool IsLost { get; private set; }

    /// <inheritdoc cref="Journal.Epoch"/>
    public Epoch Epoch => journal.Epoch;

    /// <summary>Gives the owner up.</summary>
    public void GiveUp() => IsLost = true;

    /// <summary>Why a call that went on while the owner was given up gets no answer.</summary>
    public IOException GivenUp() => new($"{name} was given up while a call went on.");

    /// <summary>Makes a change that the next decision sees at once. It is kept when <see cref="KeptAsync"/> answers.</summary>
    /// <exception cref="IOException">The journal takes no more entries, so the change was not made and nothing may be decided on it.</exception>
    public void Change(ReadOnlySpan<byte> entry)
    {
        Add(entry);
        if (journal.WhenDurable() is { IsCompleted: true } kept && !(kept.IsCompletedSuccessfully && kept.Result == StoreOutcome.Done))
        {
            throw NotWritten(kept);
        }
    }

    /// <summary>As <see cref="Change"/>, but it is written no sooner than <see cref="Begin"/>, the next change or <see cref="KeptAsync"/> has it written.</summary>
    /// <exception cref="IOException">The journal takes no more entries, so the change was not made and nothing may be decided on it.</exception>
    public void Add(ReadOnlySpan<byte> entry)
    {
        if (!journal.Add(entry))
        {
            throw NotWritten(journal.WhenDurable());
        }
    }

    private IOException NotWritten(Task<StoreOutcome> kept)
    {
        IsLost = true;
        return new IOException($"{name} could not be written.", kept.Exception);
    }

    /// <summary>Has written what was added: something is to be waited for that may take long.</summary>
    public void Begin() => _ = journal.WhenDurable();

    /// <summary>Waits until all that the state shows is kept.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public async ValueTask KeptAsync()
    {
        if (IsLost)
        {
            throw GivenUp();
        }

        StoreOutcome outcome;
        try
        {
            outcome = await journal.WhenDurable();
        }
        catch
        {
            IsLost = true;
            throw;
        }

        if (outcome != StoreOutcome.Done)
        {
            IsLost = true;
            throw new IOException($"{name} could not be written: {outcome}.");
        }
    }

    /// <summary>Makes sure that the owner still is the owner.</summary>
    /// <exception cref="IOException">There is a later owner, or whether there is one cannot be told.</exception>
    public async ValueTask ConfirmAsync()
    {
        if (await journal.ConfirmAsync() != StoreOutcome.Done)
        {
            IsLost = true;
            throw new IOException($"{name} has another owner now.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
