using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Tests.Broker;

/// <summary>A call ends: in an answer, in the caller's cancellation, or in word that no answer came.</summary>
public sealed class OrleansBrokerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Position Start = new(new TopicId(Guid.NewGuid()), new Partition(0), Offset.Zero, Epoch.None);

    private readonly TaskCompletionSource<ProduceAnswer> _answer = new();
    private readonly ConnectionWatch _connection = new();
    private readonly OrleansBroker _broker;

    public OrleansBrokerTests() => _broker = new(FakeGrains.Answering(_ => new ValueTask<ProduceAnswer>(_answer.Task)), _connection);

    [Fact]
    public async Task Answer_of_the_grain_is_the_answer()
    {
        var call = ProduceAsync();
        _answer.SetResult(ProduceAnswer.Of(new ProduceResult.OutOfOrder(new Sequence(3))));

        Assert.Equal(new ProduceResult.OutOfOrder(new Sequence(3)), await call);
    }

    [Fact]
    public async Task Call_that_hangs_ends_when_the_connection_is_lost()
    {
        var call = ProduceAsync();
        Assert.False(call.IsCompleted);
        _connection.Lost();

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => call);
    }

    [Fact]
    public async Task Every_call_that_waits_ends_when_the_connection_is_lost()
    {
        var calls = Enumerable.Range(0, 100).Select(i => ProduceAsync(i % 2 == 0 ? default : new CancellationTokenSource().Token)).ToList();
        _connection.Lost();

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<BrokerUnavailableException>(() => call);
        }
    }

    [Fact]
    public async Task Call_made_after_the_loss_is_answered()
    {
        _connection.Lost();
        var call = ProduceAsync();
        _answer.SetResult(ProduceAnswer.Of(new ProduceResult.Fenced()));

        Assert.Equal(new ProduceResult.Fenced(), await call);
    }

    [Fact]
    public async Task Call_made_between_two_losses_ends_with_the_second()
    {
        _connection.Lost();
        var call = ProduceAsync();
        Assert.False(call.IsCompleted);
        _connection.Lost();

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => call);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        var call = ProduceAsync(cancelled.Token);
        await cancelled.CancelAsync();

        Assert.Equal(cancelled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
    }

    [Fact]
    public async Task Call_that_is_cancelled_before_is_not_made()
    {
        var calls = 0;
        var broker = new OrleansBroker(FakeGrains.Answering(_ => ++calls), _connection);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => broker.ProduceAsync(Start.Topic, Start.Partition, default, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(0, calls);
    }

    public static TheoryData<Exception> Failures =>
    [
        new TimeoutException("Too late."), new OrleansException("Gone."), new IOException("No disk."), new InvalidOperationException("A bug."),
        new InvalidDataException("An answer that nobody knows."), new OperationCanceledException("The silo stops."), new ObjectDisposedException("A client"),
    ];

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Failure_of_the_grain_means_that_no_answer_came(Exception failure)
    {
        var call = ProduceAsync();
        _answer.SetException(failure);

        var error = await Assert.ThrowsAsync<BrokerUnavailableException>(() => call);
        Assert.Same(failure, error.InnerException);
        Assert.Equal($"No answer came from the cluster: {failure.Message}", error.Message);
    }

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Failure_at_once_means_the_same(Exception failure)
    {
        var thrown = new OrleansBroker(FakeGrains.Answering(_ => throw failure), _connection);
        var answered = new OrleansBroker(FakeGrains.Answering(_ => new ValueTask<ProduceAnswer>(Task.FromException<ProduceAnswer>(failure))), _connection);

        foreach (var broker in new[] { thrown, answered })
        {
            var error = await Assert.ThrowsAsync<BrokerUnavailableException>(() => broker.ProduceAsync(Start.Topic, Start.Partition, default, default).AsTask());
            Assert.Same(failure, error.InnerException);
        }
    }

    [Fact]
    public async Task Every_verb_ends_when_the_connection_is_lost()
    {
        var never = new OrleansBroker(FakeGrains.Answering(Hang), _connection);
        Task[] calls =
        [
            never.CreateTopicAsync("orders", new TopicSettings(), default).AsTask(),
            never.FindTopicAsync("orders", default).AsTask(),
            never.FindTopicToPublishAsync("orders", default).AsTask(),
            never.ListTopicsAsync(null, 10, default).AsTask(),
            never.ListGroupsAsync(null, 10, default).AsTask(),
            never.AlterTopicAsync("orders", new TopicSettings(), 1, default).AsTask(),
            never.DeleteTopicAsync("orders", default).AsTask(),
            never.ProduceAsync(Start.Topic, Start.Partition, default, default).AsTask(),
            never.FetchAsync(new FetchRequest(Start), default).AsTask(),
            never.ListOffsetsAsync(Start.Topic, Start.Partition, new OffsetQuery.Latest(), default).AsTask(),
            never.DescribePartitionAsync(Start.Topic, Start.Partition, default).AsTask(),
            .. GroupCalls(never, "billing"),
        ];
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        _connection.Lost();

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<BrokerUnavailableException>(() => call.WaitAsync(Patience));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public async Task Bad_group_name_is_nobodys_key(string name)
    {
        var calls = 0;
        var broker = new OrleansBroker(FakeGrains.Answering(_ => ++calls), _connection);

        foreach (var call in GroupCalls(broker, name))
        {
            await call;
        }

        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task What_can_be_nobodys_cursor_is_answered_without_a_call()
    {
        var calls = 0;
        var broker = new OrleansBroker(FakeGrains.Answering(_ => ++calls), _connection);
        var nowhere = new TopicPartition(Start.Topic, new Partition(-1));

        Assert.IsType<LeaseResult.UnknownGroup>(await broker.LeaseAsync(new LeaseRequest("", Start.TopicPartition, "a"), default));
        Assert.IsType<LeaseResult.UnknownPartition>(await broker.LeaseAsync(new LeaseRequest("billing", nowhere, "a"), default));
        Assert.Equal("member id", Assert.IsType<LeaseResult.Refused>(await broker.LeaseAsync(new LeaseRequest("billing", nowhere, "\ud83d"), default)).Reason.Field);
        Assert.IsType<SettleResult.UnknownGroup>(await broker.SettleAsync(new SettleRequest("", Start.TopicPartition, []), default));
        Assert.IsType<SettleResult.UnknownPartition>(await broker.SettleAsync(new SettleRequest("billing", nowhere, []), default));
        Assert.Null(await broker.DescribeQueueAsync("billing", nowhere, default));
        Assert.Null(await broker.FindDeadLettersAsync("billing", nowhere, default));
        Assert.Null(await broker.RedriveAsync("billing", nowhere, null, default));
        Assert.Null(await broker.PurgeDeadLettersAsync("billing", nowhere, null, default));
        Assert.IsType<WaitResult.UnknownGroup>(await broker.WaitForMessagesAsync(new WaitRequest("", new GroupMember("a", new Generation(1))), default));
        Assert.Equal(0, calls);
    }

    /// <summary>Every call that is about one group.</summary>
    private static IEnumerable<Task> GroupCalls(OrleansBroker broker, string group)
    {
        var member = new GroupMember("a", new Generation(1));
        var partition = Start.TopicPartition;
        return
        [
            broker.CreateGroupAsync(group, new GroupSettings(), ["orders"], default).AsTask(),
            broker.FindGroupAsync(group, default).AsTask(),
            broker.PauseGroupAsync(group, default).AsTask(),
            broker.ResumeGroupAsync(group, default).AsTask(),
            broker.DeleteGroupAsync(group, default).AsTask(),
            broker.JoinGroupAsync(new JoinRequest(group, "a", ["orders"]), default).AsTask(),
            broker.HeartbeatAsync(new HeartbeatRequest(group, member, Generation.None), default).AsTask(),
            broker.LeaveGroupAsync(group, member, default).AsTask(),
            broker.CommitAsync(new CommitRequest(group, new Committer.Member(member), []), default).AsTask(),
            broker.ReadPositionsAsync(group, [], default).AsTask(),
            broker.SeekGroupAsync(group, [], default).AsTask(),
            broker.StopPartitionAsync(new StopPartitionRequest(group, member, Start, new Generation(1), "error"), default).AsTask(),
            broker.DeadLetterAsync(new DeadLetterRequest(group, member, Start, Start, new Generation(1), default), default).AsTask(),
            broker.LeaseAsync(new LeaseRequest(group, partition, "a"), default).AsTask(),
            broker.SettleAsync(new SettleRequest(group, partition, []), default).AsTask(),
            broker.WaitForMessagesAsync(new WaitRequest(group, member), default).AsTask(),
            broker.DescribeQueueAsync(group, partition, default).AsTask(),
            broker.FindDeadLettersAsync(group, partition, default).AsTask(),
            broker.RedriveAsync(group, partition, null, default).AsTask(),
            broker.PurgeDeadLettersAsync(group, partition, null, default).AsTask(),
        ];
    }

    private async Task<ProduceResult> ProduceAsync(CancellationToken cancellationToken = default) =>
        await _broker.ProduceAsync(Start.Topic, Start.Partition, default, cancellationToken).AsTask().WaitAsync(Patience, CancellationToken.None);

    /// <summary>A task of the type that the method answers with, which never ends.</summary>
    private static object? Hang(System.Reflection.MethodInfo method)
    {
        var source = Activator.CreateInstance(typeof(TaskCompletionSource<>).MakeGenericType(method.ReturnType.GenericTypeArguments[0]))!;
        return Activator.CreateInstance(method.ReturnType, source.GetType().GetProperty("Task")!.GetValue(source));
    }
}
