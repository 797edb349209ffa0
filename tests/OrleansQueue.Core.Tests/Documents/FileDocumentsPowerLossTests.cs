using System.Text;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Documents;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Documents;

/// <summary>The power goes at every change of the disk that a run makes; each document is then one of its versions, whole.</summary>
public sealed class FileDocumentsPowerLossTests
{
    private const int Seeds = 6;
    private static readonly DocumentName[] Names = [new("topic", "first-one"), new("topic", "second-one"), new("other", "third-one")];

    [Fact]
    public async Task Document_after_loss_of_power_is_the_last_version_that_was_acknowledged_or_the_next_one()
    {
        var whole = new ForgetfulDisk();
        await RunAsync(whole, new());
        for (var cut = 0; cut <= whole.Changes; cut++)
        {
            var disk = new ForgetfulDisk();
            disk.CutPowerAfter(cut);
            var done = new Dictionary<DocumentName, string?>();
            var trying = await RunAsync(disk, done);
            for (var seed = 0; seed < Seeds; seed++)
            {
                await AssertWholeAsync(disk.Restart(seed), done, trying, $"cut after {cut}, seed {seed}");
            }
        }
    }

    private static async Task AssertWholeAsync(
        ForgetfulDisk disk, Dictionary<DocumentName, string?> done, (DocumentName Name, string? Content)? trying, string when)
    {
        var documents = On(disk);
        foreach (var name in Names)
        {
            var found = await documents.ReadAsync(name) is { } document ? Encoding.UTF8.GetString(document.Content) : null;
            var acknowledged = done.GetValueOrDefault(name);
            Assert.True(
                found == acknowledged || (trying?.Name == name && found == trying?.Content),
                $"{when}: {name} is '{found}'; acknowledged was '{acknowledged}', under way '{trying}'.");

            // What is there can be written on.
            var etag = (await documents.ReadAsync(name))?.ETag;
            await documents.WriteAsync(name, "after"u8.ToArray(), etag);
            Assert.Equal("after"u8.ToArray(), (await documents.ReadAsync(name))!.Content);
        }
    }

    /// <summary>Writes and deletes until the power goes; notes what was acknowledged, and answers what was under way.</summary>
    private static async Task<(DocumentName Name, string? Content)?> RunAsync(ForgetfulDisk disk, Dictionary<DocumentName, string?> done)
    {
        var documents = On(disk);
        (DocumentName Name, string? Content)? trying = null;
        try
        {
            for (var round = 0; round < 4; round++)
            {
                foreach (var name in Names)
                {
                    // Long enough that a torn write shows.
                    var content = round == 2 ? null : $"{name} {round} ".PadRight(3_000, (char)('a' + round));
                    trying = (name, content);
                    var etag = (await documents.ReadAsync(name))?.ETag;
                    if (content is null)
                    {
                        await documents.DeleteAsync(name, etag);
                    }
                    else
                    {
                        await documents.WriteAsync(name, Encoding.UTF8.GetBytes(content), etag);
                    }

                    done[name] = content;
                }
            }

            return null;
        }
        catch (PowerLostException)
        {
            return trying;
        }
    }

    private static FileDocuments On(IDisk disk) => new(disk, new InlineDiskScheduler(), "/store/documents");
}
