using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;

namespace OrleansQueue.Grains.Tests.Logging;

/// <summary>What recovery and reads find in logs is logged and counted.</summary>
public sealed class LoggedEventsTests : IDisposable
{
    private static readonly LogId Log = LogId.Parse("catalogue-03");

    private readonly Meters _meters = new();
    private readonly BrokerMetrics _metrics;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counted = [];
    private readonly Logger _logger = new();
    private readonly LoggedEvents _events;

    public LoggedEventsTests()
    {
        _metrics = new BrokerMetrics(_meters);
        _events = new LoggedEvents(_logger, _metrics);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meters.Made))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => _counted[instrument.Name] = _counted.GetValueOrDefault(instrument.Name) + count);
        _listener.Start();
    }

    [Fact]
    public void A_damaged_place_is_logged_and_counted_once_however_often_it_is_met()
    {
        _events.Damaged(Log, new LogDamagedException("segment 0", 100, new(3), "CRC"));
        _events.Damaged(Log, new LogDamagedException("segment 0", 100, new(3), "CRC"));
        Assert.Equal([1003], _logger.Ids);

        _events.Damaged(Log, new LogDamagedException("segment 0", 200, new(4), "CRC"));
        _events.Damaged(Log, new LogDamagedException("segment 9", 100, new(9), "CRC"));
        _events.Damaged(LogId.Parse("catalogue-04"), new LogDamagedException("segment 0", 100, new(3), "CRC"));
        Assert.Equal([1003, 1003, 1003, 1003], _logger.Ids);
        Assert.Equal(new() { ["orleansqueue.log.damages"] = 4 }, _counted);
    }

    [Fact]
    public void A_cut_tail_is_logged_and_counted()
    {
        _events.TailCut(Log, new TailReport(17, "0.cut-1"));
        _events.TailCut(Log, new TailReport(17, "0.cut-2"));
        Assert.Equal([1002, 1002], _logger.Ids);
        Assert.Equal(new() { ["orleansqueue.log.cut_tails"] = 2 }, _counted);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        _meters.Dispose();
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter? Made { get; private set; }

        public Meter Create(MeterOptions options) => Made = new Meter(options);

        public void Dispose() => Made?.Dispose();
    }

    private sealed class Logger : ILogger<LoggedEvents>
    {
        public List<int> Ids { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Ids.Add(eventId.Id);
    }
}
