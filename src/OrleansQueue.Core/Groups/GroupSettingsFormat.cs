using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>How the settings of a group stand in its journal.</summary>
internal static class GroupSettingsFormat
{
    public static SettingsEntry Write(GroupSettings settings, Epoch incarnation) => new(
        settings.Kind,
        settings.Start is OffsetQuery.AtTime at ? at.Time.UnixMilliseconds : null,
        settings.Start is OffsetQuery.Latest,
        settings.Ephemeral,
        incarnation.Value,
        settings.Kind == GroupKind.Queue ? Write(settings.Queue) : null);

    public static GroupSettings Read(SettingsEntry entry) => new()
    {
        Kind = entry.Kind,
        Start = entry.StartTime is { } time ? new OffsetQuery.AtTime(new Timestamp(time)) : entry.StartAtEnd ? new OffsetQuery.Latest() : new OffsetQuery.Earliest(),
        Ephemeral = entry.Ephemeral,
        Queue = entry.Queue is { } queue ? Read(queue) : new QueueSettings(),
    };

    private static QueueSettingsEntry Write(QueueSettings settings) => new(
        (long)settings.Lease.TotalMilliseconds,
        settings.MaxDeliveries,
        (long)settings.Backoff.TotalMilliseconds,
        (long)settings.MaxBackoff.TotalMilliseconds,
        settings.OrderedByKey,
        settings.ParkKeys,
        settings.TenantHeader,
        settings.Breaker is { } breaker
            ? new BreakerEntry(breaker.FailureRatio, breaker.LeastDeliveries, (long)breaker.Window.TotalMilliseconds, (long)breaker.Pause.TotalMilliseconds)
            : null);

    private static QueueSettings Read(QueueSettingsEntry entry) => new()
    {
        Lease = TimeSpan.FromMilliseconds(entry.LeaseMilliseconds),
        MaxDeliveries = entry.MaxDeliveries,
        Backoff = TimeSpan.FromMilliseconds(entry.BackoffMilliseconds),
        MaxBackoff = TimeSpan.FromMilliseconds(entry.MaxBackoffMilliseconds),
        OrderedByKey = entry.OrderedByKey,
        ParkKeys = entry.ParkKeys,
        TenantHeader = entry.TenantHeader,
        Breaker = entry.Breaker is { } breaker ? Read(breaker) : null,
    };

    private static BreakerSettings Read(BreakerEntry entry) => new()
    {
        FailureRatio = entry.FailureRatio,
        LeastDeliveries = entry.LeastDeliveries,
        Window = TimeSpan.FromMilliseconds(entry.WindowMilliseconds),
        Pause = TimeSpan.FromMilliseconds(entry.PauseMilliseconds),
    };
}
