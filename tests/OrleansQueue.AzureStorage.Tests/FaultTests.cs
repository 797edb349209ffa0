using OrleansQueue.Azurite;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>Each fault on the way to the storage, at each step: nothing is stored twice, nothing acknowledged is lost, and who is the owner stays it.</summary>
[Collection(AzuriteTests.Name)]
public sealed class FaultTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    public static TheoryData<string, int> Steps()
    {
        var steps = new TheoryData<string, int>();
        foreach (var fault in Enum.GetValues<StorageFault>())
        {
            foreach (var kind in new[] { "appendblock", "create", "seal", "list", "read", "delete" })
            {
                steps.Add(kind, (int)fault);
            }
        }

        return steps;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_fault_at_one_step_is_not_seen(string kind, int fault)
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite);
        await using var before = await TestLog.OpenAsync(proxied.Store, Orders);
        await before.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await before.RollAsync());
        await before.KeepAsync("b");

        proxied.Proxy.DisturbNext(request => ProxiedStore.Is(request, kind), (StorageFault)fault);
        await using var owner = await TestLog.OpenAsync(proxied.Store, Orders);
        await owner.KeepAsync("c");
        await owner.KeepAsync(new string('d', 100_000));
        Assert.Equal(StoreOutcome.Done, await owner.RollAsync());
        await owner.KeepAsync("e");
        await owner.DeleteBeforeAsync(owner.Segments[1]);
        Assert.Equal(StoreOutcome.Done, await owner.Log.ConfirmAsync());
        Assert.Equal(["b", "c", new string('d', 100_000), "e"], await owner.ReadValuesAsync());
        Assert.Equal(1, proxied.Proxy.Counts.GetValueOrDefault((StorageFault)fault));

        var again = await ProxiedStore.OpenStoreAsync(proxied.Container);
        Assert.Equal(["b", "c", new string('d', 100_000), "e"], await (await TestLog.RecoverAsync(again, Orders)).ReadValuesAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Owners_that_take_a_log_from_each_other_through_faults_keep_every_acknowledged_append_once(int seed)
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite, seed, new BlobLogOptions { MaxBlocks = 7 });
        proxied.Proxy.Disturb(0.1);
        var kept = await Task.WhenAll(Enumerable.Range(0, 3).Select(owner => AppendAsync(proxied.Store, owner, 40)));
        proxied.Proxy.Rest();

        await using var last = await TestLog.RecoverAsync(proxied.Store, Orders);
        Assert.Null(last.Log.Tail.Damage);
        var stored = await last.ReadAsync();
        Assert.Equal(Enumerable.Range(0, stored.Count).Select(offset => (long)offset), stored.Select(record => record.Offset));
        var values = stored.ConvertAll(record => record.Value);
        Assert.Equal(values.Count, values.Distinct().Count());
        Assert.Superset(kept.SelectMany(values => values).ToHashSet(), values.ToHashSet());
        Assert.Equal(Enum.GetValues<StorageFault>().Length, proxied.Proxy.Counts.Count);
    }

    /// <summary>Appends, as owner after owner, until so many are acknowledged.</summary>
    private static async Task<List<string>> AppendAsync(BlobLogStore store, int owner, int count)
    {
        var kept = new List<string>();
        for (var tries = 0; kept.Count < count;)
        {
            await using var log = await TestLog.OpenIfOwnerAsync(store, Orders);
            while (log is not null && kept.Count < count)
            {
                var value = $"{owner}/{tries++}";
                if (await log.AppendAsync(value) != StoreOutcome.Done || (kept.Count % 15 == 14 && await log.RollAsync() != StoreOutcome.Done))
                {
                    break;
                }

                kept.Add(value);
            }
        }

        return kept;
    }
}
