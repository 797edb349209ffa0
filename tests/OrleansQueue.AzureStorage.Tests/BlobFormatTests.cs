using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What stands in containers that were written already, as docs/formats/azure.md draws it: it can never be written another way.</summary>
public sealed class BlobFormatTests
{
    private static readonly LogId Orders = LogId.Parse("p-0197a000000070008000000000000002-00007");

    private static readonly BlobMark Mark = new(
        new StoreId(new Guid("0197a000-0000-7000-8000-00000000000f")), new Epoch(41), new Guid("6f1c2a55-0d8e-4f6b-9a54-2f4f0b1c7d3e"), 3, new Offset(120_000), 1_048_576, new Offset(90_000), false, FormatLevel.First);

    private static readonly BlobMark Deletion = new(
        new StoreId(new Guid("0197a000-0000-7000-8000-00000000000f")), new Epoch(42), new Guid("6f1c2a55-0d8e-4f6b-9a54-2f4f0b1c7d3e"), 57, null, 0, Offset.Zero, true, FormatLevel.First);

    [Fact]
    public void Metadata_is_written_as_ever()
    {
        Holds(Mark, """
            deleted=0
            epoch=41
            format=1
            origin=3
            position=1048576
            segment=120000
            start=90000
            store=0197a00000007000800000000000000f
            writer=6f1c2a550d8e4f6b9a542f4f0b1c7d3e
            """);
        Holds(Deletion, """
            deleted=1
            epoch=42
            format=1
            origin=57
            position=0
            start=0
            store=0197a00000007000800000000000000f
            writer=6f1c2a550d8e4f6b9a542f4f0b1c7d3e
            """);
    }

    [Fact]
    public void Blobs_are_named_as_ever()
    {
        const string Prefix = "logs/p-0197a000000070008000000000000002-00007/";
        Assert.Equal("store", BlobNames.Identity);
        Assert.Equal(Prefix + "0000000057.log", BlobNames.OfBlob(Orders, 57));
        Assert.Equal(Prefix + "0000000003-00000000000000120000.index", BlobNames.OfSidecar(Orders, 3, new(120_000), Sidecar.OffsetIndex));
        Assert.Equal(Prefix + "0000000003-00000000000000120000.timeindex", BlobNames.OfSidecar(Orders, 3, new(120_000), Sidecar.TimeIndex));
        Assert.Equal(Prefix + "0000000003-00000000000000120000.state", BlobNames.OfSidecar(Orders, 3, new(120_000), Sidecar.State));
        Assert.Equal(Prefix + "0000000003-00000000000000120000.checkpoint", BlobNames.OfSidecar(Orders, 3, new(120_000), Sidecar.Checkpoint));
    }

    [Fact]
    public void Names_are_read_as_they_are_written()
    {
        Assert.True(BlobNames.TryParseLog(BlobNames.OfBlob(Orders, 57), out var log));
        Assert.Equal(Orders, log);
        Assert.Equal(57, BlobNames.NumberOf(BlobNames.OfBlob(Orders, 57)));
        Assert.Null(BlobNames.SidecarOf(BlobNames.OfBlob(Orders, 57)));
        foreach (var kind in Enum.GetValues<Sidecar>())
        {
            var name = BlobNames.OfSidecar(Orders, 3, new(120_000), kind);
            Assert.Equal((3, new Offset(120_000)), BlobNames.SidecarOf(name));
            Assert.Null(BlobNames.NumberOf(name));
        }
    }

    private static void Holds(BlobMark mark, string expected)
    {
        var metadata = mark.Write();
        Assert.Equal(expected, string.Join('\n', metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")));
        Assert.Equal(mark, BlobMark.Read("blob", metadata, new()));
    }
}
