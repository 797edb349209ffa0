using System.Globalization;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Writes through the page cache and around it, on one file of the real disk: every read shows what was written last.</summary>
public sealed class OperatingSystemFileTests : IDisposable
{
    private const int Page = 4096;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Pages of 4,096 bytes go around the cache wherever the file system lets them; with units of 8 bytes it refuses the write,
    /// and with so many bytes needed none is tried.
    /// </summary>
    [Theory]
    [InlineData(Page, 1)]
    [InlineData(8, 1)]
    [InlineData(Page, long.MaxValue)]
    public void A_file_holds_what_was_written_whichever_way_it_went(int page, long leastBytes)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var path = Path.Combine(_folder.Path, seed.ToString(CultureInfo.InvariantCulture));
            using var file = Open(path, page, leastBytes);
            using var reader = OperatingSystemDisk.Instance.Open(path, create: false);
            var expected = new byte[3 << 20];
            var length = 0;
            for (var step = 0; step < 60; step++)
            {
                length = Change(file, random, expected, length);
                Assert.Equal(length, file.Length);
                AssertReads(expected, length, random.Next(2) == 0 ? file : reader, random);
            }

            file.Sync();
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(expected.AsSpan(0, length)), $"seed {seed}");
        }
    }

    [Fact]
    public void Parts_longer_than_the_buffer_and_empty_ones_are_written_in_order()
    {
        var path = Path.Combine(_folder.Path, "parts");
        var random = new Random(1);
        var bytes = new byte[(3 << 20) + 77];
        random.NextBytes(bytes);
        ReadOnlyMemory<byte> all = bytes;
        using var file = Open(path, Page, 1);
        file.Write(61, [default, all[..100], default, all[100..2_500_000], all[2_500_000..], default], aroundCache: true);
        file.Sync();
        Assert.True(File.ReadAllBytes(path).AsSpan(61).SequenceEqual(bytes));
    }

    [Fact]
    public void A_file_that_lost_its_name_is_written_and_not_the_one_that_has_it_now()
    {
        var path = Path.Combine(_folder.Path, "name");
        using var file = Open(path, Page, 1);
        File.Delete(path);
        File.WriteAllBytes(path, [1, 2, 3]);
        file.Write(0, [new byte[Page]], aroundCache: true);
        Assert.Equal(Page, file.Length);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void Pieces_cover_a_write_and_only_whole_pages_go_around_the_cache()
    {
        for (var position = 0; position < 20; position++)
        {
            for (var count = 0; count < 60; count++)
            {
                var pieces = WritePiece.Split(position, count, page: 8, most: 16).ToList();
                var next = (long)position;
                foreach (var piece in pieces)
                {
                    Assert.Equal(next, piece.Position);
                    Assert.InRange(piece.Count, 1, 16);
                    Assert.Equal(piece.Position % 8 == 0 && piece.Count % 8 == 0, piece.IsWholePages);
                    next += piece.Count;
                }

                Assert.Equal(position + count, next);
                Assert.Equal(WritePiece.WholePageBytes(position, count, page: 8), pieces.Where(piece => piece.IsWholePages).Sum(piece => piece.Count));
            }
        }
    }

    private static OperatingSystemFile Open(string path, int page, long leastBytes)
    {
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new OperatingSystemFile(handle, new DirectWriter(handle, page, leastBytes));
    }

    /// <summary>Does to the file and to the bytes that are expected of it one of the things that the store does, and returns the new length.</summary>
    private static int Change(OperatingSystemFile file, Random random, byte[] expected, int length)
    {
        if (random.Next(8) == 0)
        {
            // As a cut of a torn tail, or what takes back a write that had no room.
            var shorter = random.Next(length + 1);
            expected.AsSpan(shorter, length - shorter).Clear();
            file.SetLength(shorter);
            return shorter;
        }

        var at = random.Next(5) == 0 ? random.Next(length + 1) : length;
        var count = Math.Min(random.Next(3) switch { 0 => random.Next(100), 1 => random.Next(3 * Page), _ => random.Next(200_000) }, expected.Length - at);
        random.NextBytes(expected.AsSpan(at, count));
        if (random.Next(3) == 0)
        {
            file.Write(at, expected.AsSpan(at, count));
        }
        else
        {
            var cut = random.Next(count + 1);
            file.Write(at, [expected.AsMemory(at, cut), expected.AsMemory(at + cut, count - cut)], aroundCache: random.Next(4) != 0);
        }

        if (random.Next(3) == 0)
        {
            file.Sync();
        }

        return Math.Max(length, at + count);
    }

    private static void AssertReads(byte[] expected, int length, IDiskFile file, Random random)
    {
        var at = random.Next(length + 1);
        var into = new byte[random.Next(100_000)];
        var got = file.Read(at, into);
        Assert.Equal(Math.Min(into.Length, length - at), got);
        Assert.True(into.AsSpan(0, got).SequenceEqual(expected.AsSpan(at, got)));
    }
}
