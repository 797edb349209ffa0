using System.Text;

namespace OrleansQueue.Grains.Tests.Sockets;

/// <summary>
/// Somebody connects to a silo and does not speak as a client or a silo does. The silo closes that connection, and a client that has
/// a call in flight meanwhile, and makes others, does not notice.
/// </summary>
public sealed class HostileConnectionTests(SiloOnSockets silo) : IClassFixture<SiloOnSockets>
{
    private const int TenMegabytes = 10 << 20;
    private const int HundredMegabytes = 100 << 20;

    // What begins a TLS connection: a handshake record that holds a hello.
    private static readonly byte[] TlsHello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. new byte[505]];

    public static TheoryData<string, byte[]> Greetings => new()
    {
        { "TLS", TlsHello },
        { "HTTP", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") },
        { "bytes of any kind", RandomBytes(1_000_000) },
        { "a length below 0", [.. HostileConnection.Int32(-1), 1, 2, 3] },
        { "the least length of all", HostileConnection.Int32(int.MinValue) },
        { "the largest length of all", HostileConnection.Int32(int.MaxValue) },
        { "a length over the limit", HostileConnection.Int32(1025) },
        { "no greeting in the length that it says", [.. HostileConnection.Int32(100), .. RandomBytes(100)] },
        { "another cluster", HostileConnection.GreetingOf("another cluster") },
    };

    [Theory]
    [MemberData(nameof(Greetings))]
    public async Task Connection_that_begins_wrong_is_closed_by_gateway_and_silo(string kind, byte[] bytes)
    {
        foreach (var endpoint in new[] { silo.Gateway, silo.Silo })
        {
            await silo.AssertNobodyNoticesAsync(async () =>
            {
                using var connection = await HostileConnection.OpenAsync(endpoint);
                await connection.SendAsync(bytes);
                Assert.True(await connection.ReadToEndAsync() < 1_000, $"{kind} got a long answer.");
            });
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(-1, 10)]
    [InlineData(int.MinValue, 10)]
    [InlineData(int.MaxValue, 10)]
    [InlineData(TenMegabytes + 1, 10)]
    [InlineData(100, -1)]
    [InlineData(100, int.MinValue)]
    [InlineData(100, int.MinValue + 100)]
    [InlineData(100, HundredMegabytes + 1)]
    [InlineData(100, int.MaxValue)]
    [InlineData(0, int.MinValue)]
    public async Task Message_of_a_length_that_cannot_be_closes_its_connection(int header, int body) => await silo.AssertNobodyNoticesAsync(async () =>
    {
        using var connection = await HostileConnection.OpenAsync(silo.Gateway);
        await connection.SendAsync(HostileConnection.GreetingOf(SiloOnSockets.Cluster));
        await connection.AssertAnsweredAsync();
        await connection.SendAsync([.. HostileConnection.Int32(header), .. HostileConnection.Int32(body), .. RandomBytes(1_000)]);
        await connection.ReadToEndAsync();
    });

    [Fact]
    public async Task Message_whose_header_is_any_bytes_costs_nobody_else_anything() => await silo.AssertNobodyNoticesAsync(async () =>
    {
        using var connection = await HostileConnection.OpenAsync(silo.Gateway);
        await connection.SendAsync(HostileConnection.GreetingOf(SiloOnSockets.Cluster));
        await connection.AssertAnsweredAsync();
        await connection.SendAsync([.. HostileConnection.Int32(300), .. HostileConnection.Int32(700), .. RandomBytes(1_000)]);
    });

    [Fact]
    public async Task Hundreds_of_connections_that_never_finish_their_greeting_keep_nobody_out() => await silo.AssertNobodyNoticesAsync(async () =>
    {
        var greeting = HostileConnection.GreetingOf(SiloOnSockets.Cluster);
        var slow = new List<HostileConnection>();
        try
        {
            for (var i = 0; i < 500; i++)
            {
                slow.Add(await HostileConnection.OpenAsync(silo.Gateway));
                await slow[^1].SendAsync(greeting[..(i % greeting.Length)]);
            }

            using var late = await HostileConnection.OpenAsync(silo.Gateway);
            await late.SendAsync(greeting);
            await late.AssertAnsweredAsync();
        }
        finally
        {
            slow.ForEach(connection => connection.Dispose());
        }
    });

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
