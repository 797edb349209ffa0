using System.Text;
using OrleansQueue.Core.Tests.Storage;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Documents;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Documents;

/// <summary>Documents as files, on a disk of the test's own, on threads, and on the real disk.</summary>
public sealed class FileDocumentsTests : DocumentStoreSpec
{
    private const string Folder = "/store/documents";
    private static readonly DocumentName Name = new("topic", "orders-2026");

    private protected override IDocumentStore Create() => new FileDocuments(new ForgetfulDisk(), new DiskThreads("test", 4), Folder);

    [Fact]
    public async Task File_is_what_the_page_of_the_format_says()
    {
        var disk = new ForgetfulDisk();
        var documents = On(disk);
        var etag = await documents.WriteAsync(Name, "{\"a\":1}"u8.ToArray(), null);
        etag = await documents.WriteAsync(Name, "{\"a\":2}"u8.ToArray(), etag);

        var path = Assert.Single(disk.Files());
        Assert.Equal("/store/documents/topic/orders-2026", path);
        Assert.Equal(Golden, Encoding.UTF8.GetString(disk.BytesOf(path)));
        Assert.Equal("2-ff24552d", etag);
    }

    [Fact]
    public async Task Document_that_an_older_version_wrote_is_read()
    {
        var disk = new ForgetfulDisk();
        disk.CreateFolder("/store/documents/topic");
        disk.Replace("/store/documents/topic/orders-2026", Encoding.UTF8.GetBytes(Golden));

        var document = await On(disk).ReadAsync(Name);
        Assert.Equal("{\"a\":2}", Encoding.UTF8.GetString(document!.Content));
    }

    [Fact]
    public async Task Every_changed_byte_and_every_cut_is_damage_and_stays_where_it_is()
    {
        var disk = new ForgetfulDisk();
        var documents = On(disk);
        var etag = await documents.WriteAsync(Name, "content"u8.ToArray(), null);
        var path = Assert.Single(disk.Files());
        var whole = disk.BytesOf(path);
        IEnumerable<byte[]> damaged =
        [
            .. Enumerable.Range(0, whole.Length).Select(at => whole.Select((b, i) => i == at ? (byte)(b ^ 2) : b).ToArray()),
            .. Enumerable.Range(0, whole.Length).Select(length => whole[..length]),
            [.. whole, 0],
            new byte[200],
        ];

        foreach (var bytes in damaged)
        {
            disk.Replace(path, bytes);
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => documents.ReadAsync(Name).AsTask());
            Assert.Equal($"Document {path} is damaged: its first line does not fit its content.", error.Message);
            await Assert.ThrowsAsync<InvalidDataException>(() => documents.WriteAsync(Name, default, etag).AsTask());
            await Assert.ThrowsAsync<InvalidDataException>(() => documents.DeleteAsync(Name, etag).AsTask());
            Assert.Equal(bytes, disk.BytesOf(path));
        }
    }

    [Fact]
    public async Task No_name_leads_out_of_the_folder()
    {
        var disk = new ForgetfulDisk();
        var documents = On(disk);
        string[] texts = ["..", ".", "../..", "/etc/passwd", "..\\..", "C:\\x", "a/../../b", "\0", "~", "%2e%2e", "%2f"];
        foreach (var kind in texts)
        {
            foreach (var key in texts)
            {
                await documents.WriteAsync(new DocumentName(kind, key), default, null);
            }
        }

        Assert.Equal(texts.Length * texts.Length, disk.Files().Count);
        Assert.All(disk.Files(), path => Assert.Equal(Folder, Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path)))));
    }

    [Fact]
    public async Task Folder_with_a_separator_at_its_end_is_the_same_folder()
    {
        var disk = new ForgetfulDisk();
        var documents = new FileDocuments(disk, new InlineDiskScheduler(), Folder + Path.DirectorySeparatorChar);
        await documents.WriteAsync(Name, "x"u8.ToArray(), null);

        Assert.NotNull(await On(disk.Restart(1)).ReadAsync(Name));
    }

    [Fact]
    public async Task Folders_that_are_new_are_made_to_last_before_anything_is_in_them()
    {
        var disk = new NotingDisk(new ForgetfulDisk());
        var documents = On(disk);
        await documents.WriteAsync(Name, "x"u8.ToArray(), null);
        Assert.Equal(
            [
                "create /store/documents/topic", "sync /store/documents", "sync /store",
                "rename /store/documents/topic/orders-2026", "sync /store/documents/topic",
            ],
            disk.Noted);

        disk.Noted.Clear();
        await documents.WriteAsync(Name with { Key = "another-one" }, "x"u8.ToArray(), null);
        Assert.Equal(["rename /store/documents/topic/another-one", "sync /store/documents/topic"], disk.Noted);
    }

    [Fact]
    public async Task Documents_are_there_on_the_real_disk_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "documents");
        var name = new DocumentName("Orders", "CON: a/b\\c");
        await using (var documents = new FileDocuments(OperatingSystemDisk.Instance, new DiskThreads("test", 1), path))
        {
            var etag = await documents.WriteAsync(name, "one"u8.ToArray(), null);
            await documents.WriteAsync(name, "two"u8.ToArray(), etag);
        }

        await using var again = new FileDocuments(OperatingSystemDisk.Instance, new DiskThreads("test", 1), path);
        Assert.Equal("two"u8.ToArray(), (await again.ReadAsync(name))!.Content);
    }

    private static string Golden => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Formats", "documents", "topic", "orders-2026"));

    private static FileDocuments On(IDisk disk) => new(disk, new InlineDiskScheduler(), Folder);
}
