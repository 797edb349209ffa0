namespace OrleansQueue.Testing;

/// <summary>Parts of the broker that are opened when they are first asked for, and again after a call that threw.</summary>
internal sealed class InProcessShards<T>(int count, Func<int, ValueTask<T>> open) : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private readonly Task<T>?[] _shards = new Task<T>?[count];

    public int Count => count;

    /// <summary>Those that are open.</summary>
    public IEnumerable<T> Opened => _shards.OfType<Task<T>>().Where(shard => shard.IsCompletedSuccessfully).Select(shard => shard.Result);

    public async Task<TAnswer> CallAsync<TAnswer>(int number, Func<T, ValueTask<TAnswer>> call)
    {
        // Whoever comes while the shard is being opened waits for the same opening: a second one would fence the first.
        var opening = _shards[number] ??= open(number).AsTask();
        try
        {
            return await call(await opening);
        }
        catch when (ReferenceEquals(opening, _shards[number]))
        {
            // Its state may be ahead of its journal; the next call opens it from there.
            await CloseAsync(number);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var number = 0; number < count; number++)
        {
            await CloseAsync(number);
        }
    }

    private async ValueTask CloseAsync(int number)
    {
        if (_shards[number] is { } opening)
        {
            _shards[number] = null;
            await Task.WhenAny(opening);
            if (opening.IsCompletedSuccessfully)
            {
                await opening.Result.DisposeAsync();
            }
        }
    }
}
