using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing;

/// <summary>All shards of the catalogue, each of which takes one call at a time.</summary>
internal sealed class InProcessCatalogue(ILogStore store, ITopicKeepers keepers, Func<TopicId> newId) : IAsyncDisposable
{
    private const int MostListed = 1_000;

    private readonly Shard[] _shards = [.. Enumerable.Range(0, Catalogue.Shards).Select(number => new Shard(number))];

    /// <summary>Opens all shards and tells the keepers of the topics in them, which a store that was used before has.</summary>
    public async Task LoadAsync()
    {
        foreach (var shard in _shards)
        {
            foreach (var topic in await CallAsync(shard, catalogue => new ValueTask<List<TopicDescription>>(AllOf(catalogue))))
            {
                await keepers.KeepAsync(topic);
            }
        }
    }

    /// <summary>Calls the shard that a topic's name belongs to, and does what the call left to be done.</summary>
    public Task<T> CallAsync<T>(string name, Func<Catalogue, ValueTask<T>> call) => CallAsync(_shards[Catalogue.ShardOf(name)], call);

    /// <inheritdoc cref="ITopicVerbs.ListTopicsAsync"/>
    public async Task<TopicPage> ListAsync(string? after, int limit)
    {
        limit = Math.Clamp(limit, 1, MostListed);
        var found = await ListAllAsync(after, limit);
        IReadOnlyList<TopicDescription> page = [.. found.OrderBy(topic => topic.Name, StringComparer.Ordinal).Take(limit)];
        var isLast = page.Count < limit || (await ListAllAsync(page[^1].Name, 1)).Count == 0;
        return new TopicPage(page, isLast ? null : page[^1].Name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards)
        {
            await shard.CloseAsync();
        }
    }

    private async Task<List<TopicDescription>> ListAllAsync(string? after, int limit)
    {
        var found = new List<TopicDescription>();
        foreach (var shard in _shards)
        {
            found.AddRange(await CallAsync(shard, catalogue => new ValueTask<IReadOnlyList<TopicDescription>>(catalogue.List(after, limit))));
        }

        return found;
    }

    private async Task<T> CallAsync<T>(Shard shard, Func<Catalogue, ValueTask<T>> call)
    {
        await shard.Turn.WaitAsync();
        try
        {
            var catalogue = shard.Opened ??= await Catalogue.OpenAsync(store, shard.Number, keepers, newId, NoLogEvents.Instance, CancellationToken.None);
            var answer = await call(catalogue);
            if (catalogue.IsUnsettled)
            {
                await catalogue.SettleAsync();
            }

            return answer;
        }
        catch
        {
            // Its state may be ahead of its journal; the next call opens it from there.
            await shard.CloseAsync();
            throw;
        }
        finally
        {
            shard.Turn.Release();
        }
    }

    private static List<TopicDescription> AllOf(Catalogue catalogue)
    {
        var all = new List<TopicDescription>();
        while (catalogue.List(all.LastOrDefault()?.Name, MostListed) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }

    private sealed class Shard(int number)
    {
        public int Number => number;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Catalogue? Opened { get; set; }

        public async ValueTask CloseAsync()
        {
            if (Opened is { } catalogue)
            {
                Opened = null;
                await catalogue.DisposeAsync();
            }
        }
    }
}
