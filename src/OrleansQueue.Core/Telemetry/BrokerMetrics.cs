using System.Diagnostics.Metrics;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Telemetry;

/// <summary>
/// What the broker measures of itself, under the meter <see cref="MeterName"/>. Names and units follow OpenTelemetry's rules
/// for messaging metrics as far as those reach.
/// </summary>
internal sealed class BrokerMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OrleansQueue";

    private readonly Meter _meter;
    private readonly Counter<long> _publishedRecords;
    private readonly Counter<long> _publishedBytes;
    private readonly Histogram<double> _publishTime;
    private readonly Counter<long> _fetchedBytes;
    private readonly Counter<long> _fetches;
    private readonly Counter<long> _throttled;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _commitTime;
    private readonly Histogram<double> _syncTime;
    private readonly Counter<long> _cutTails;
    private readonly Counter<long> _damages;
    private readonly Counter<long> _pauses;

    /// <summary>Measures under a meter of its own, made by <paramref name="factory"/> where there is one.</summary>
    public BrokerMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _publishedRecords = _meter.CreateCounter<long>("orleansqueue.publish.records", "{record}", "Records appended and acknowledged.");
        _publishedBytes = _meter.CreateCounter<long>("orleansqueue.publish.bytes", "By", "Bytes of the batches appended and acknowledged.");
        _publishTime = _meter.CreateHistogram<double>("orleansqueue.publish.duration", "s", "From a batch's arrival at its partition to its answer.");
        _fetches = _meter.CreateCounter<long>("orleansqueue.fetch.calls", "{call}", "Fetches answered.");
        _fetchedBytes = _meter.CreateCounter<long>("orleansqueue.fetch.bytes", "By", "Bytes of the batches handed to readers.");
        _throttled = _meter.CreateCounter<long>("orleansqueue.throttled", "{call}", "Calls that were told to come again later.");
        _refused = _meter.CreateCounter<long>("orleansqueue.refused", "{call}", "Batches that were refused.");
        _commitTime = _meter.CreateHistogram<double>("orleansqueue.commit.duration", "s", "Writing one group of batches, its sync included.");
        _syncTime = _meter.CreateHistogram<double>("orleansqueue.sync.duration", "s", "One sync of a file.");
        _cutTails = _meter.CreateCounter<long>("orleansqueue.log.cut_tails", "{tail}", "Torn ends of logs that were cut when they were opened.");
        _damages = _meter.CreateCounter<long>("orleansqueue.log.damages", "{place}", "Damaged places that were found in logs.");
        _pauses = _meter.CreateCounter<long>("orleansqueue.queue.pauses", "{pause}", "Pauses of queue groups whose deliveries failed.");
    }

    /// <summary>A batch was answered.</summary>
    public void Produced(ProduceResult result, ReadOnlyMemory<byte> batch, TimeSpan took)
    {
        switch (result)
        {
            case ProduceResult.Appended:
                _publishedRecords.Add(RecordBatchHeader.Read(batch.Span).RecordCount);
                _publishedBytes.Add(batch.Length);
                _publishTime.Record(took.TotalSeconds);
                break;
            case ProduceResult.Throttled or ProduceResult.NoSpace:
                _throttled.Add(1);
                break;
            case ProduceResult.Refused or ProduceResult.TopicFull:
                _refused.Add(1);
                break;
        }
    }

    /// <summary>A fetch was answered.</summary>
    public void Fetched(FetchResult result)
    {
        _fetches.Add(1);
        if (result is FetchResult.Fetched fetched && _fetchedBytes.Enabled)
        {
            _fetchedBytes.Add(fetched.Parts.Sum(part => (long)part.Length));
        }
        else if (result is FetchResult.Throttled)
        {
            _throttled.Add(1);
        }
    }

    /// <summary>A group of batches was kept.</summary>
    public void Committed(TimeSpan took) => _commitTime.Record(took.TotalSeconds);

    /// <summary>A file was synced.</summary>
    public void Synced(TimeSpan took) => _syncTime.Record(took.TotalSeconds);

    /// <summary>A torn tail was cut.</summary>
    public void TailCut() => _cutTails.Add(1);

    /// <summary>A damaged place was found that was not known yet.</summary>
    public void Damaged() => _damages.Add(1);

    /// <summary>A queue group was paused by its circuit breaker.</summary>
    public void GroupPaused() => _pauses.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
