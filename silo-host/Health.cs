using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansQueue.SiloHost;

/// <summary>What a supervisor asks: <c>/health/live</c> whether the process answers at all, <c>/health/ready</c> whether the silo serves.</summary>
internal static class Health
{
    private const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(Ready) });
    }

    /// <summary>Ready from the moment the silo is active until it is told to stop.</summary>
    public static IServiceCollection AddSiloHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<SiloHealth>("silo", tags: [Ready]);
        return services;
    }

    private sealed class SiloHealth(IHostApplicationLifetime lifetime, ISiloStatusOracle silo) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            silo.CurrentStatus == SiloStatus.Active && !lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The silo is {silo.CurrentStatus}."));
    }
}
