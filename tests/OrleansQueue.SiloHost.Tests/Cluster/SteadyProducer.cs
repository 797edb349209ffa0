using System.Buffers.Binary;
using System.Diagnostics;
using OrleansQueue.Client;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>A producer as an application has it, with nothing but defaults, that publishes numbers at a steady pace to one partition after the other.</summary>
internal sealed class SteadyProducer : IAsyncDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly ReceiptBook _book;
    private readonly BrokerConnection _connection;
    private readonly TopicProducer _producer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _publishing;

    private SteadyProducer(ReceiptBook book, BrokerConnection connection, TopicProducer producer)
    {
        (_book, _connection, _producer) = (book, connection, producer);
        _publishing = Task.Run(PublishAsync);
    }

    public static async Task<SteadyProducer> StartAsync(ReceiptBook book, IReadOnlyList<SiloProgram> silos)
    {
        var connection = await BrokerConnection.OpenAsync(silos);
        return new SteadyProducer(book, connection, await connection.Client.OpenProducerAsync(FaultRun.Topic, new ProducerOptions()));
    }

    /// <summary>Stops, and waits until each message has its outcome.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _producer.DisposeAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PublishAsync()
    {
        var outcomes = new List<Task>();
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                // Nothing is waited for but the clock, so what is late does not slow the pace, and counts as late.
                outcomes.AddRange(Enumerable.Range(0, AtOnce).Select(_ => PublishOneAsync()));
                await pace.WaitForNextTickAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was told to stop.
        }

        await Task.WhenAll(outcomes);
    }

    private async Task PublishOneAsync()
    {
        var number = _book.NextNumber();
        var bytes = new byte[FaultRun.ValueBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            _book.Add(number, await _producer.PublishAsync(bytes, new PublishOptions { Partition = new Partition((int)(number % _book.Partitions)) }), begun);
        }
        catch (Exception wrong)
        {
            _book.AddFailure(number, wrong);
        }
    }
}
