using OrleansQueue.Core.Tests.Duties;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Core.Tests.Topics;
using OrleansQueue.Duties;
using OrleansQueue.Groups;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Who opens a journal of the broker tells what was found in it.</summary>
public sealed class JournalFindingsTests
{
    public static TheoryData<string> Journals => ["catalogue", "duties", "groups"];

    [Theory]
    [MemberData(nameof(Journals))]
    public async Task Damage_of_a_journal_is_told(string journal)
    {
        var store = new GatedLogStore(new MemoryLogStore(FileStores.Id));
        await FillAsync(journal, store);
        var told = new ToldEvents();
        store.Spoil = (_, _, bytes) => bytes.Span[^1] ^= 1;

        await Assert.ThrowsAsync<LogDamagedException>(() => OpenAsync(journal, store, told));

        Assert.StartsWith("damaged ", Assert.Single(told.All), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Journals))]
    public async Task Torn_tail_of_a_journal_is_told(string journal)
    {
        var disk = new ForgetfulDisk();
        await using (var store = await FileStores.OpenAsync(disk))
        {
            await FillAsync(journal, store);
        }

        var segment = Assert.Single(disk.Files(), file => file.Contains(journal, StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal));
        disk.Replace(segment, [.. disk.BytesOf(segment), 1, 2, 3]);
        var told = new ToldEvents();
        await using var again = await FileStores.OpenAsync(disk);

        await OpenAsync(journal, again, told);

        Assert.StartsWith("cut ", Assert.Single(told.All), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Journals))]
    public async Task Whole_journal_has_nothing_to_tell(string journal)
    {
        var store = new MemoryLogStore(FileStores.Id);
        await FillAsync(journal, store);
        var told = new ToldEvents();

        await OpenAsync(journal, store, told);

        Assert.Empty(told.All);
    }

    private static async Task FillAsync(string journal, ILogStore store)
    {
        switch (await OpenAsync(journal, store, new ToldEvents()))
        {
            case Catalogue catalogue:
                await catalogue.CreateAsync("orders", new TopicSettings());
                break;
            case DutyIndex duties:
                await duties.SetAsync("holder", new Timestamp(1));
                break;
            case GroupIndex groups:
                await groups.PutAsync(new("billing", default), new Epoch(1));
                break;
        }
    }

    private static async Task<object> OpenAsync(string journal, ILogStore store, ToldEvents told) => journal switch
    {
        "catalogue" => await Catalogue.OpenAsync(store, 3, new CatalogueBench(), () => new TopicId(new Guid(1, 0, 0, new byte[8])), told, CancellationToken.None),
        "duties" => await DutyIndex.OpenAsync(store, 3, new DutyBench(), new ManualClock(), told, CancellationToken.None),
        _ => await GroupIndex.OpenAsync(store, 3, told, CancellationToken.None),
    };
}
