using System.Buffers.Binary;
using OrleansQueue.Client;
using OrleansQueue.History;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>One producer that publishes numbers at a steady pace, whatever becomes of the silo, and writes down what it was told of each.</summary>
internal sealed class FaultProducer : IAsyncDisposable
{
    private const int MostOnTheirWay = 4_000;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly FaultRun _run;
    private readonly string _name;
    private readonly Random _random;
    private readonly BrokerConnection _connection;
    private readonly TopicProducer _producer;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(MostOnTheirWay);
    private readonly Task _publishing;

    private FaultProducer(FaultRun run, string name, int seed, BrokerConnection connection, TopicProducer producer)
    {
        (_run, _name, _random, _connection, _producer) = (run, name, new Random(seed), connection, producer);
        _publishing = Task.Run(PublishAsync);
    }

    /// <param name="run">What it publishes for.</param>
    /// <param name="name">Its name in the history.</param>
    /// <param name="seed">Draws the partitions.</param>
    /// <param name="timeout">When it gives a message up, whose outcome is then unknown.</param>
    public static async Task<FaultProducer> StartAsync(FaultRun run, string name, int seed, TimeSpan timeout)
    {
        var connection = await BrokerConnection.OpenAsync(run.Silos, run.Patient);
        var producer = await connection.Client.OpenProducerAsync(FaultRun.Topic, new ProducerOptions { DeliveryTimeout = timeout });
        return new FaultProducer(run, name, seed, connection, producer);
    }

    /// <summary>Stops, and waits until each message has its outcome.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        for (var i = 0; i < MostOnTheirWay; i++)
        {
            await _room.WaitAsync().WaitAsync(Patience.Long);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        await _producer.DisposeAsync();
        await _connection.DisposeAsync();
        _room.Dispose();
        _stop.Dispose();
    }

    private async Task PublishAsync()
    {
        try
        {
            using var pace = new PeriodicTimer(Pace);
            while (!_stop.IsCancellationRequested)
            {
                for (var i = 0; i < _run.AtOnce; i++)
                {
                    await _room.WaitAsync(_stop.Token);
                    PublishOne();
                }

                await pace.WaitForNextTickAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was told to stop.
        }
        catch (Exception wrong)
        {
            _run.Acknowledged.Fail(wrong);
        }
    }

    private void PublishOne()
    {
        var partition = new Partition(_random.Next(_run.Partitions));
        var value = _run.NextValue();
        var bytes = new byte[FaultRun.ValueBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        var send = _run.History.BeginSend(_name, FaultRun.KeyOf(partition), [value]);
        _ = RecordAsync(send, partition, _producer.PublishAsync(bytes, new PublishOptions { Partition = partition }).AsTask());
    }

    private async Task RecordAsync(SendToken send, Partition partition, Task<PublishReceipt> publishing)
    {
        try
        {
            var receipt = await publishing;
            if (receipt.Offset is { } offset)
            {
                _run.History.Sent(send, offset.Value);
            }
            else
            {
                _run.History.SendStored(send);
            }

            _run.Outages.Acknowledged(partition);
            _run.Acknowledged.Add(1);
        }
        catch (PublishRefusedException)
        {
            _run.History.SendRefused(send);
        }
        catch (PublishOutcomeUnknownException)
        {
            _run.History.SendUnknown(send);
        }
        catch (Exception wrong)
        {
            _run.History.SendUnknown(send);
            _run.Acknowledged.Fail(wrong);
        }
        finally
        {
            _room.Release();
        }
    }
}
