using System.Collections.Concurrent;
using System.Globalization;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>Reads that go on get more at once, and others no more than they ask for.</summary>
[Collection(AzuriteTests.Name)]
public sealed class ReadAheadTests(AzuriteFixture azurite)
{
    private const int Step = 64 << 10;

    private static readonly LogId Orders = LogId.Parse("orders");

    private readonly ConcurrentQueue<long> _reads = [];

    [Fact]
    public async Task A_reader_that_goes_on_asks_seldom()
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite, options: new BlobLogOptions { MaxReadAhead = 1 << 20 });
        var (log, bytes) = await EightMegabytesAsync(proxied);
        Assert.Equal(bytes, await log.ReadSegmentAsync(Offset.Zero, Step));
        Assert.InRange(bytes.Length / Step, 120, int.MaxValue);
        Assert.InRange(_reads.Count, 8, 14);
        Assert.Equal(bytes.Length, _reads.Sum());
        Assert.Equal(1 << 20, _reads.Max());
    }

    [Fact]
    public async Task Reads_here_and_there_get_what_they_ask_for()
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite);
        var (log, bytes) = await EightMegabytesAsync(proxied);
        int[] places = [.. Enumerable.Range(0, 40)];
        new Random(1).Shuffle(places);
        var into = new byte[1000];
        foreach (var position in places.Select(place => place * 200_000))
        {
            Assert.Equal(into.Length, await log.Log.ReadAsync(Offset.Zero, position, into, CancellationToken.None));
            Assert.True(bytes.AsSpan(position, into.Length).SequenceEqual(into));
        }

        Assert.Equal(Enumerable.Repeat(1000L, 40), _reads);
    }

    [Fact]
    public async Task A_read_makes_one_request_at_most()
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite, options: new BlobLogOptions { MaxReadAhead = Step });
        var (log, bytes) = await EightMegabytesAsync(proxied);
        var into = new byte[1 << 20];

        Assert.Equal(Step, await log.Log.ReadAsync(Offset.Zero, 0, into, CancellationToken.None));
        Assert.Equal([Step], _reads);
        Assert.Equal(Step, await log.Log.ReadAsync(Offset.Zero, 0, into, CancellationToken.None));
        Assert.Equal([Step], _reads);
        Assert.True(bytes.AsSpan(0, Step).SequenceEqual(into.AsSpan(0, Step)));
    }

    /// <summary>A log of one segment and its bytes, none of which was read yet.</summary>
    private async Task<(TestLog Log, byte[] Bytes)> EightMegabytesAsync(ProxiedStore proxied)
    {
        var log = await TestLog.OpenAsync(proxied.Store, Orders);
        var bytes = new List<byte>();
        for (var i = 0; i < 8; i++)
        {
            var value = new string((char)('a' + i), 1 << 20);
            bytes.AddRange(log.Stored(log.Next, value));
            await log.KeepAsync(value);
        }

        proxied.Proxy.Disturb(request =>
        {
            if (ProxiedStore.Is(request, "read"))
            {
                var ends = request.Headers["x-ms-range"].ToString()["bytes=".Length..].Split('-').Select(end => long.Parse(end, CultureInfo.InvariantCulture)).ToArray();
                _reads.Enqueue(ends[1] - ends[0] + 1);
            }

            return null;
        });
        return (log, [.. bytes]);
    }
}
