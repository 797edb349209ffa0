using OrleansQueue.Client;
using OrleansQueue.History;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>Reads the whole topic without a group, from its beginning, on and on through whatever happens.</summary>
internal sealed class FaultReader : IAsyncDisposable
{
    private readonly FaultRun _run;
    private readonly Consumer _consumer;
    private readonly BrokerConnection _connection;
    private readonly TopicReader _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    private FaultReader(FaultRun run, string name, BrokerConnection connection, TopicReader reader)
    {
        (_run, _consumer, _connection, _reader) = (run, new Consumer(name), connection, reader);
        Read = new Frontier(run.Partitions);
        _reading = Task.Run(ReadAsync);
    }

    public Frontier Read { get; }

    public static async Task<FaultReader> StartAsync(FaultRun run, string name)
    {
        var connection = await BrokerConnection.OpenAsync(run.Silos, run.Patient);
        var options = new ReaderOptions { Start = StartAt.Earliest, OnGap = OnGap.Stop };
        return new FaultReader(run, name, connection, await connection.Client.OpenReaderAsync(FaultRun.Topic, options));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _reader.DisposeAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var records in _reader.ReadBatchesAsync(_stop.Token))
            {
                _run.Polled(_consumer, records);
                Read.Came(records);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was told to stop.
        }
        catch (Exception wrong)
        {
            Read.Answers.Fail(wrong);
        }
    }
}
