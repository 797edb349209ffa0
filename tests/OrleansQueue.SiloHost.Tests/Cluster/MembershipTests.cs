using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>How silos are told to know each other.</summary>
public sealed class MembershipTests
{
    [Theory]
    [InlineData("00:00:05", 3, 120)]
    [InlineData("00:00:01", 3, 96)]
    [InlineData("00:01:00", 5, 690)]
    public async Task A_silo_that_joins_waits_until_dead_members_are_stale_or_found_out_and_no_longer(string probeTimeout, int missedProbes, int seconds)
    {
        await using var app = HostedSilo.Build(
        [
            $"--Silo:ProbeTimeout={probeTimeout}", $"--Silo:MissedProbes={missedProbes}", "--OrleansQueue:Storage=memory",
            $"--Silo:Port={FreePort.Take()}", $"--Silo:GatewayPort={FreePort.Take()}", "--Urls=http://127.0.0.1:0",
        ]);

        Assert.Equal(TimeSpan.FromSeconds(seconds), app.Services.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value.MaxJoinAttemptTime);
    }
}
