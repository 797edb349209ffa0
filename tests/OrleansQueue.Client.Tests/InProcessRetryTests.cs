using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;
using OrleansQueue.Testing;

namespace OrleansQueue.Client.Tests;

/// <summary>Retry policies through a whole broker; here time and threads are real.</summary>
public sealed class InProcessRetryTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    // So long that a message which comes again within the test did so by the policy.
    private static readonly QueueSettings Slow = new() { Backoff = TimeSpan.FromHours(1), MaxBackoff = TimeSpan.FromHours(1), MaxDeliveries = 4 };

    private readonly InProcessBroker _broker = new(random: new Random(1));

    private BrokerClient Client => new(_broker);

    [Fact]
    public async Task A_message_comes_again_after_the_wait_of_the_policy_and_is_dead_lettered_by_it()
    {
        var times = new List<long>();
        using var host = await StartAsync((message, _) =>
        {
            times.Add(Stopwatch.GetTimestamp());
            Assert.Equal(times.Count, message.DeliveryCount);
            throw new TimeoutException("slow");
        });
        await PublishAsync(host);
        var letter = await DeadLetterAsync();
        await host.StopAsync();

        Assert.Equal((3, "max-deliveries", "System.TimeoutException: slow"), (letter.Attempts, letter.Reason, letter.Error));
        Assert.Equal(3, times.Count);

        // 0.3 s and then 0.6 s, less 20 % and what clocks differ by.
        Assert.True(Stopwatch.GetElapsedTime(times[0], times[1]) > TimeSpan.FromSeconds(0.22), "The second delivery came too early.");
        Assert.True(Stopwatch.GetElapsedTime(times[1], times[2]) > TimeSpan.FromSeconds(0.46), "The third delivery came too early.");
    }

    [Fact]
    public async Task The_count_goes_on_in_a_host_that_starts_later()
    {
        var failed = new TaskCompletionSource();
        var counts = new List<int>();
        Task FailAsync(MessageContext<string> message, CancellationToken cancellationToken)
        {
            counts.Add(message.DeliveryCount);
            failed.TrySetResult();
            throw new TimeoutException("slow");
        }

        using (var first = await StartAsync(FailAsync))
        {
            await PublishAsync(first);
            await failed.Task.WaitAsync(Long);
            await first.StopAsync();
        }

        using var second = await StartAsync(FailAsync);
        Assert.Equal(3, (await DeadLetterAsync()).Attempts);
        await second.StopAsync();

        Assert.Equal([1, 2, 3], counts);
    }

    [Fact]
    public async Task The_groups_own_number_of_deliveries_stays_the_upper_bound()
    {
        var count = 0;
        using var host = await StartAsync((_, _) => throw new InvalidDataException($"time {++count}"));
        await PublishAsync(host);
        var letter = await DeadLetterAsync();
        await host.StopAsync();

        Assert.Equal((4, 4, "max-deliveries", "System.IO.InvalidDataException: time 4"), (count, letter.Attempts, letter.Reason, letter.Error));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private async Task<IHost> StartAsync(Func<MessageContext<string>, CancellationToken, Task> handle)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBroker>(_broker);
        builder.Services.AddOrleansQueueMessaging(queue => queue.With(new HandlerScript { OnMessage = handle })
            .AddTopic<string>("orders", static topic => topic.Partitions(1))
            .AddQueueHandler<string, ScriptedHandler>("orders", "billing", static options =>
            {
                options.NewGroup = Slow;
                options
                    .On<TimeoutException>(new RetryPolicy { MaxDeliveries = 3, Backoff = TimeSpan.FromSeconds(0.3), MaxBackoff = TimeSpan.FromSeconds(10) })
                    .On<Exception>(new RetryPolicy { MaxDeliveries = 1000, Backoff = TimeSpan.Zero });
            }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task PublishAsync(IHost host) => await host.Services.GetRequiredService<ITopicProducer<string>>().PublishAsync("0");

    private async Task<DeadLetter> DeadLetterAsync()
    {
        using var ending = new CancellationTokenSource(Long);
        while (true)
        {
            await foreach (var letter in Client.DeadLetters.ListAsync("billing", "orders", ending.Token))
            {
                return letter;
            }

            await Task.Yield();
        }
    }
}
