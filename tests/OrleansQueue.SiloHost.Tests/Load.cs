using System.Globalization;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Client;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>Publishes numbers one behind the other, some of them always on their way, until it is stopped.</summary>
internal sealed class Load : IDisposable
{
    private const int MostOnTheirWay = 100;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(MostOnTheirWay);
    private readonly Lock _lock = new();
    private readonly Task<int> _running;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _acknowledged;
    private int _published;

    public Load(TopicProducer producer) => _running = Task.Run(() => RunAsync(producer));

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>How many numbers were given to the producer, acknowledged or not.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>Waits until so many numbers are acknowledged.</summary>
    public async Task PassedAsync(int count)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_acknowledged >= count)
                {
                    return;
                }

                more = _more.Task;
            }

            await (await Task.WhenAny(more, _running)).WaitAsync(Patience.Long);
        }
    }

    /// <summary>Stops and waits for what is on its way; answers how many numbers were published, each of them acknowledged.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running.WaitAsync(Patience.Long);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _room.Dispose();
    }

    private async Task<int> RunAsync(TopicProducer producer)
    {
        while (!_stop.IsCancellationRequested)
        {
            await _room.WaitAsync();
            var number = Interlocked.Increment(ref _published) - 1;
            _ = AcknowledgeAsync(producer.PublishAsync(NullableBytes.Null, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))));
        }

        await PassedAllAsync();
        Assert.Equal(Published, Acknowledged);
        return Published;
    }

    private async Task AcknowledgeAsync(ValueTask<PublishReceipt> receipt)
    {
        await receipt;
        TaskCompletionSource waiting;
        lock (_lock)
        {
            _acknowledged++;
            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
        _room.Release();
    }

    private async Task PassedAllAsync()
    {
        for (var i = 0; i < MostOnTheirWay; i++)
        {
            await _room.WaitAsync().WaitAsync(Patience.Long);
        }
    }
}
