using Microsoft.Extensions.Logging.Abstractions;
using OrleansQueue.Broker;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Delivery;

/// <summary>What reading one event with everything that was stored with it finds, which becomes a dead letter.</summary>
public sealed class LogReadsTests
{
    private static readonly Position Place = new(new TopicId(Guid.NewGuid()), new Partition(2), new Offset(7), Epoch.None);

    public static TheoryData<FetchResult> Gone => [new FetchResult.Overtaken(Place), new FetchResult.UnknownPartition(), new FetchResult.TopicReplaced(Place.Topic)];

    [Theory]
    [MemberData(nameof(Gone))]
    public async Task What_was_deleted_is_not_there(FetchResult answer) => Assert.Null(await Reads(answer).ReadRawAsync(Place, default));

    [Fact]
    public async Task What_cannot_be_read_at_present_is_not_taken_for_deleted()
    {
        var error = await Assert.ThrowsAsync<BrokerUnavailableException>(() => Reads(new FetchResult.Damaged("CRC of batch 7")).ReadRawAsync(Place, default));

        Assert.Contains("offset 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("CRC of batch 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_is_none_any_more_is_asked_again() =>
        Assert.Null(await Reads(new FetchResult.Fenced(), new FetchResult.Overtaken(Place)).ReadRawAsync(Place, default));

    private static LogReads Reads(params FetchResult[] answers) =>
        new(AnsweringBroker.Of(answers), new ChunkReader("events", static _ => { }), 1, TimeProvider.System, NullLogger.Instance);
}
