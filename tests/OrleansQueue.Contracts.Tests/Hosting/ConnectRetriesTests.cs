using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Testing;

namespace OrleansQueue.Contracts.Tests.Hosting;

/// <summary>How long a client tries to connect.</summary>
public sealed class ConnectRetriesTests
{
    private static readonly Exception Refused = new InvalidOperationException("refused");

    private readonly TestClock _clock = new();

    [Fact]
    public async Task Client_tries_until_its_time_to_connect_is_over()
    {
        var retries = Filter();
        for (var tried = TimeSpan.Zero; tried < TimeSpan.FromSeconds(2); tried += TimeSpan.FromMilliseconds(500))
        {
            var again = retries.ShouldRetryConnectionAttempt(Refused, CancellationToken.None);
            Assert.False(again.IsCompleted);
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            Assert.True(await again);
        }

        Assert.False(await retries.ShouldRetryConnectionAttempt(Refused, CancellationToken.None));
    }

    [Fact]
    public async Task Waiting_to_try_again_ends_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var again = Filter().ShouldRetryConnectionAttempt(Refused, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_of_the_application_stays(bool first)
    {
        var theirs = Filter(client => client.UseConnectionRetryFilter(static (_, _) => Task.FromResult(false)), first);
        Assert.NotEqual(typeof(ConnectRetries), theirs.GetType());
        Assert.Equal(typeof(ConnectRetries), Filter().GetType());
    }

    private IClientConnectionRetryFilter Filter(Action<IClientBuilder>? configure = null, bool configureFirst = false)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.UseOrleansClient(client =>
        {
            (configureFirst ? configure : null)?.Invoke(client);
            client.AddOrleansQueueClient(queue => queue.ConfigureClient(options => options with { ConnectTimeout = TimeSpan.FromSeconds(2) }));
            (configureFirst ? null : configure)?.Invoke(client);
        });
        return builder.Services.BuildServiceProvider().GetRequiredService<IClientConnectionRetryFilter>();
    }
}
