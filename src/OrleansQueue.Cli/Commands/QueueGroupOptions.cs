using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary>The options that are settings of a queue group. What is not given is as <see cref="QueueSettings"/> has it.</summary>
internal sealed class QueueGroupOptions
{
    private readonly Option<TimeSpan?> _lease = new("--lease")
    {
        Description = "Queue: how long a lease holds unless it is renewed, 30s by default.",
        CustomParser = Quantities.ReadTime,
    };

    private readonly Option<int?> _maxDeliveries = new("--max-deliveries") { Description = "Queue: how often a message is delivered before it is dead-lettered, 10 by default." };

    private readonly Option<TimeSpan?> _backoff = new("--backoff")
    {
        Description = "Queue: how long a message that failed once waits, 1s by default; twice as long after each further failure.",
        CustomParser = Quantities.ReadTime,
    };

    private readonly Option<TimeSpan?> _maxBackoff = new("--max-backoff")
    {
        Description = "Queue: the longest such wait, 5m by default.",
        CustomParser = Quantities.ReadTime,
    };

    private readonly Option<bool> _orderedByKey = new("--ordered-by-key") { Description = "Queue: deliver the messages of a key one after another, in their order." };

    private readonly Option<bool> _parkKeys = new("--park-keys")
    {
        Description = "Queue: with --ordered-by-key, later messages of a key wait until its dead letter is redriven or purged.",
    };

    private readonly Option<string?> _tenantHeader = new("--tenant-header")
    {
        Description = "Queue: the header that names whose a message is, as oq-tenant; those who wait get even shares.",
    };

    private readonly Option<bool> _noBreaker = new("--no-breaker")
    {
        Description = "Queue: never pause the group because most deliveries fail, which otherwise pauses it for 30s at half of at least 20 within 30s.",
    };

    private IEnumerable<Option> All => [_lease, _maxDeliveries, _backoff, _maxBackoff, _orderedByKey, _parkKeys, _tenantHeader, _noBreaker];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What is wrong with the options for a group of a kind, or null.</summary>
    public string? FindWrong(ParseResult options, GroupKind kind) => kind == GroupKind.Queue
        ? Read(options).Check()?.ToString()
        : All.FirstOrDefault(option => options.GetResult(option) is { Implicit: false }) is { } given ? $"{given.Name} goes only with --kind queue." : null;

    public QueueSettings Read(ParseResult options)
    {
        var settings = new QueueSettings();
        return settings with
        {
            Lease = options.GetValue(_lease) ?? settings.Lease,
            MaxDeliveries = options.GetValue(_maxDeliveries) ?? settings.MaxDeliveries,
            Backoff = options.GetValue(_backoff) ?? settings.Backoff,
            MaxBackoff = options.GetValue(_maxBackoff) ?? settings.MaxBackoff,
            OrderedByKey = options.GetValue(_orderedByKey),
            ParkKeys = options.GetValue(_parkKeys),
            TenantHeader = options.GetValue(_tenantHeader),
            Breaker = options.GetValue(_noBreaker) ? null : settings.Breaker,
        };
    }
}
