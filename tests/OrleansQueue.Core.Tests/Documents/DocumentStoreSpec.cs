using System.Text;
using OrleansQueue.Documents;

namespace OrleansQueue.Core.Tests.Documents;

/// <summary>What every store of documents does.</summary>
public abstract class DocumentStoreSpec
{
    private static readonly DocumentName Name = new("topic", "orders");

    private protected abstract IDocumentStore Create();

    [Fact]
    public async Task Document_that_was_never_written_is_not_there() => Assert.Null(await Create().ReadAsync(Name));

    [Fact]
    public async Task Written_document_is_read_back_under_its_etag()
    {
        var store = Create();
        var etag = await WriteAsync(store, "one", expected: null);

        await AssertHoldsAsync(store, "one", etag);
    }

    [Fact]
    public async Task Empty_document_is_one()
    {
        var store = Create();
        await AssertHoldsAsync(store, "", await WriteAsync(store, "", expected: null));
    }

    [Fact]
    public async Task Next_version_takes_the_place_of_the_one_that_is_expected()
    {
        var store = Create();
        var first = await WriteAsync(store, "one", expected: null);
        var second = await WriteAsync(store, "two", first);

        Assert.NotEqual(first, second);
        await AssertHoldsAsync(store, "two", second);
    }

    [Fact]
    public async Task Whoever_expects_another_version_writes_nothing()
    {
        var store = Create();
        var first = await WriteAsync(store, "one", expected: null);
        var second = await WriteAsync(store, "two", first);

        await AssertConflictAsync(() => WriteAsync(store, "three", first), first, second);
        await AssertConflictAsync(() => WriteAsync(store, "three", null), null, second);
        await AssertConflictAsync(() => store.DeleteAsync(Name, first).AsTask(), first, second);
        await AssertConflictAsync(() => store.DeleteAsync(Name, null).AsTask(), null, second);
        await AssertHoldsAsync(store, "two", second);
    }

    [Fact]
    public async Task Whoever_expects_a_document_where_none_is_writes_nothing()
    {
        var store = Create();

        await AssertConflictAsync(() => WriteAsync(store, "one", "7"), "7", null);
        await AssertConflictAsync(() => store.DeleteAsync(Name, "7").AsTask(), "7", null);
        Assert.Null(await store.ReadAsync(Name));
    }

    [Fact]
    public async Task Deleted_document_is_gone_and_deleting_nothing_does_nothing()
    {
        var store = Create();
        await store.DeleteAsync(Name, await WriteAsync(store, "one", expected: null));
        await store.DeleteAsync(Name, null);

        Assert.Null(await store.ReadAsync(Name));
    }

    [Fact]
    public async Task Etag_of_a_deleted_document_is_not_that_of_the_next_one()
    {
        var store = Create();
        var old = await WriteAsync(store, "one", expected: null);
        await store.DeleteAsync(Name, old);
        var young = await WriteAsync(store, "two", expected: null);

        await AssertConflictAsync(() => WriteAsync(store, "late", old), old, young);
    }

    [Fact]
    public async Task Documents_of_other_kinds_and_keys_are_others()
    {
        var store = Create();
        DocumentName[] names = [Name, Name with { Kind = "Topic" }, Name with { Key = "Orders" }, new("topicorders", ""), new("", "topicorders"), new("topic/orders", ""), new("", "topic/orders")];
        foreach (var name in names)
        {
            await store.WriteAsync(name, Encoding.UTF8.GetBytes(name.ToString()), null);
        }

        foreach (var name in names)
        {
            Assert.Equal(name.ToString(), Encoding.UTF8.GetString((await store.ReadAsync(name))!.Content));
        }
    }

    [Fact]
    public async Task Callers_bytes_may_change_after_the_write()
    {
        var store = Create();
        var bytes = "one"u8.ToArray();
        var etag = await store.WriteAsync(Name, bytes, null);
        bytes[0] = 0;

        await AssertHoldsAsync(store, "one", etag);
    }

    [Fact]
    public async Task Of_many_that_write_one_version_at_once_one_does()
    {
        var store = Create();
        var first = await WriteAsync(store, "start", expected: null);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                return await WriteAsync(store, $"{i}", first);
            }
            catch (DocumentConflictException)
            {
                return null;
            }
        }));

        var winner = Assert.Single(outcomes, etag => etag is not null);
        Assert.Equal(winner, (await store.ReadAsync(Name))!.ETag);
    }

    private static async Task<string> WriteAsync(IDocumentStore store, string content, string? expected) =>
        await store.WriteAsync(Name, Encoding.UTF8.GetBytes(content), expected);

    private static async Task AssertHoldsAsync(IDocumentStore store, string content, string etag)
    {
        var document = await store.ReadAsync(Name);
        Assert.NotNull(document);
        Assert.Equal((content, etag), (Encoding.UTF8.GetString(document.Content), document.ETag));
    }

    private static async Task AssertConflictAsync(Func<Task> call, string? expected, string? found)
    {
        var conflict = await Assert.ThrowsAsync<DocumentConflictException>(call);
        Assert.Equal((expected, found), (conflict.Expected, conflict.Found));
        Assert.EndsWith($"has the version '{found ?? "none"}'; expected was '{expected ?? "none"}'.", conflict.Message, StringComparison.Ordinal);
    }
}

/// <inheritdoc cref="MemoryDocuments"/>
public sealed class MemoryDocumentsSpec : DocumentStoreSpec
{
    private protected override IDocumentStore Create() => new MemoryDocuments();
}
