using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansQueue.Contracts.Tests.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Grains.Formats;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Storage;

namespace OrleansQueue.Grains.Tests.Formats;

/// <summary>A silo that starts where all others of its cluster were killed finds them in the table of members, and nobody answers.</summary>
public sealed class FormatWatchTests : IDisposable
{
    private static readonly SiloAddress Own = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Dead = SiloAddress.New(IPAddress.Loopback, 2, 1);

    private readonly ManualClock _clock = new();
    private readonly Stages _stages = new();
    private readonly FormatWatch _watch;
    private volatile bool _answers;
    private volatile bool _isDeadInTheTable;
    private volatile bool _isKnownToBeDead;

    public FormatWatchTests()
    {
        var silos = FakeGrains.Make<ISiloStatusOracle>(method => method.Name switch
        {
            "get_SiloAddress" => Own,
            "get_SiloName" => "own",
            _ => Statuses(),
        });
        var members = FakeGrains.Make<IClusterMembershipService>(_ =>
        {
            _isKnownToBeDead = _isDeadInTheTable;
            return ValueTask.CompletedTask;
        });
        var grains = FakeGrains.Answering(_ => _answers ? new ValueTask<int>(FormatLevel.First.Value) : throw new TimeoutException("nobody is there"));
        _watch = new FormatWatch(new FormatLevels(), grains, silos, new ClusterQuestions(silos, members, _clock), _clock, NullLogger<FormatWatch>.Instance);
        _watch.Participate(_stages);
    }

    public void Dispose() => _watch.Dispose();

    [Fact]
    public async Task It_goes_on_when_they_are_known_to_be_dead()
    {
        var joining = _stages.StartAsync(ServiceLifecycleStage.ApplicationServices);
        await PassAsync(ClusterQuestions.Patience / 2, joining);
        Assert.False(joining.IsCompleted);

        _isDeadInTheTable = true;
        await PassAsync(ClusterQuestions.Patience / 10, joining);

        Assert.True(joining.IsCompleted);
        await joining;
    }

    [Fact]
    public async Task It_goes_on_after_a_while_and_hears_it_when_it_is_active()
    {
        var joining = _stages.StartAsync(ServiceLifecycleStage.ApplicationServices);
        await PassAsync(ClusterQuestions.Patience * 2, joining);
        await joining;

        var starting = _stages.StartAsync(ServiceLifecycleStage.Active);
        Assert.False(starting.IsCompleted);
        _answers = true;
        await PassAsync(ClusterQuestions.Patience, starting);

        await starting;
        await _stages.StopAsync();
    }

    [Fact]
    public async Task It_does_not_start_where_nobody_answers_then_either()
    {
        var starting = _stages.StartAsync(ServiceLifecycleStage.Active);
        await PassAsync(ClusterQuestions.Patience * 2, starting);

        var failure = await Assert.ThrowsAsync<IOException>(() => starting);
        Assert.Equal("No silo of this cluster could tell within 00:00:30 what level of the formats it writes: nobody is there", failure.Message);
    }

    private Dictionary<SiloAddress, SiloStatus> Statuses() => _isKnownToBeDead
        ? new() { [Own] = SiloStatus.Active }
        : new() { [Own] = SiloStatus.Active, [Dead] = SiloStatus.Active };

    /// <summary>Lets time pass, or less of it where the work ends before. It passes only while the watch waits for it, so that none of it is missed.</summary>
    private async Task PassAsync(TimeSpan time, Task work)
    {
        var until = _clock.GetUtcNow() + time;
        while (!work.IsCompleted && _clock.GetUtcNow() < until)
        {
            if (_clock.Waiting != 0)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
            }

            await Task.Yield();
        }
    }

    /// <summary>The stages of a silo, which a test begins one by one.</summary>
    private sealed class Stages : ISiloLifecycle
    {
        private readonly Dictionary<int, ILifecycleObserver> _observers = [];

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add(stage, observer);
            return new MemoryStream();
        }

        public Task StartAsync(int stage) => _observers[stage].OnStart(CancellationToken.None);

        public Task StopAsync() => Task.WhenAll(_observers.Values.Select(static observer => observer.OnStop(CancellationToken.None)));
    }
}
