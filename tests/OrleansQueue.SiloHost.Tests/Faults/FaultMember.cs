using OrleansQueue.Client;
using OrleansQueue.History;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>One member of the group that reads the topic while all goes wrong.</summary>
internal sealed class FaultMember : IAsyncDisposable
{
    public const string Group = "watchers";

    // Longer than the longest pause: whether a session has ended is the client's own affair, and the history could not tell when.
    private static readonly TimeSpan Session = TimeSpan.FromMinutes(3);

    private readonly FaultRun _run;
    private readonly FaultGroup _group;
    private readonly BrokerConnection _connection;
    private readonly TopicConsumer _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    private FaultMember(FaultRun run, FaultGroup group, BrokerConnection connection, TopicConsumer consumer)
    {
        (_run, _group, _connection, _consumer) = (run, group, connection, consumer);
        _reading = Task.Run(ReadAsync);
    }

    public static async Task<FaultMember> JoinAsync(FaultRun run, FaultGroup group)
    {
        var connection = await BrokerConnection.OpenAsync(run.Silos);
        var client = new BrokerClient(new WatchedBroker(connection.Broker, group.History), run.Patient);
        var options = new ConsumerOptions { SessionTimeout = Session, HeartbeatInterval = TimeSpan.FromSeconds(1), OnGap = OnGap.Pause };
        return new FaultMember(run, group, connection, await client.OpenConsumerAsync(Group, FaultRun.Topic, options));
    }

    /// <summary>Leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _consumer.DisposeAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var records in _consumer.ReadBatchesAsync(_stop.Token))
            {
                _run.Polled(Consumer.InGroup(Group, _consumer.MemberId), records);
                _group.Delivered.Came(records);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was told to stop.
        }
        catch (Exception wrong)
        {
            _group.Delivered.Answers.Fail(wrong);
        }
    }
}
