using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Tests;

/// <summary>What each kind of failure ends with.</summary>
public sealed class ExitCodeTests
{
    private static readonly Refusal Reason = Refusal.Of("field", 1, "2");

    public static TheoryData<Exception> Refusals =>
    [
        new PublishRefusedException(Reason), new InvalidBatchException(Reason), new PartitionLostException("t", new Partition(0)), new GroupDeletedException("g"),
        new CommandFailedException("no"), new IOException("no"), new InvalidOperationException("a fault"),
    ];

    public static TheoryData<Exception> TimeOuts =>
    [
        new BrokerUnavailableException("away"), new PublishOutcomeUnknownException("unknown"), new PublishNotSentException(Reason), new TimeoutException(), new TaskCanceledException(),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_is_refused_or_fails_is_1(Exception error) => Assert.Equal(1, ExitCode.Of(error));

    [Theory]
    [MemberData(nameof(TimeOuts))]
    public void What_gets_no_answer_in_time_is_3(Exception error) => Assert.Equal(3, ExitCode.Of(error));
}
