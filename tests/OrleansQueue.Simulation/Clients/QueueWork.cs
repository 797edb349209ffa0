using OrleansQueue.Broker;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>What a member does with one message: it works on it for a while, holds its lease meanwhile or does not, and settles it, also when that is too late.</summary>
internal sealed class QueueWork(
    Scene scene, QueueMember member, Process process, string group, TopicPartition partition, LeaseId lease, OffsetRange message, long heldUntil, Dice dice)
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private long _heldUntil = heldUntil;

    private TimeSpan Left => TimeSpan.FromTicks(_heldUntil - scene.World.Now);

    public async Task RunAsync()
    {
        await (scene.IsHealing ? WaitAsync(dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(40))) : WorkAsync());
        if (scene.IsHealing || !dice.Chance(0.08))
        {
            await SettleAsync(scene.IsHealing ? EndWell() : End());
        }
        else
        {
            // It hangs: its lease is over some time.
            await WaitAsync(Left);
        }

        member.Done(process);
    }

    private async Task WorkAsync()
    {
        if (dice.Chance(0.6))
        {
            await WaitAsync(dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(200)));
        }
        else if (dice.Chance(0.5))
        {
            await WaitAsync(dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(6)));
        }
        else
        {
            for (var turns = dice.Between(1, 4); turns > 0; turns--)
            {
                await WaitAsync(Left * 0.6);
                await RenewAsync();
            }
        }
    }

    private Settlement End() => dice.Below(20) switch
    {
        < 12 => Of(SettlementKind.Complete),
        < 14 => Of(SettlementKind.Abandon),
        < 16 => Of(SettlementKind.Abandon) with { Time = dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)) },
        < 18 => Of(SettlementKind.Release),
        < 19 => Of(SettlementKind.DeadLetter) with { Reason = "no use" },
        _ => Of(SettlementKind.Abandon) with { Time = TimeSpan.Zero, Error = "failed" },
    };

    private Settlement EndWell() => dice.Below(20) switch
    {
        < 16 => Of(SettlementKind.Complete),
        < 17 => Of(SettlementKind.Abandon),
        < 18 => Of(SettlementKind.Abandon) with { Time = dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(0.5)) },
        _ => Of(SettlementKind.Release),
    };

    private Settlement Of(SettlementKind kind) => new(lease, message, kind);

    private async Task RenewAsync()
    {
        var asked = scene.World.Now;
        TimeSpan? time = dice.Chance(0.5) ? dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)) : null;
        if (await AskAsync(Of(SettlementKind.Renew) with { Time = time }) is SettleResult.Settled { Refusals.Count: 0 } && time is not null)
        {
            _heldUntil = Math.Max(_heldUntil, asked + time.Value.Ticks);
        }
    }

    /// <summary>Settles, again where no answer comes; some settlements go with a request for more messages.</summary>
    private async Task SettleAsync(Settlement settlement)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var isDone = dice.Chance(0.3)
                ? await member.LeaseAsync(process, partition, member.TakeCredit(dice.Between(0, 2)), [settlement])
                : await AskAsync(settlement) is SettleResult.Settled;
            if (isDone)
            {
                return;
            }

            await WaitAsync(dice.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)));
        }
    }

    private async Task<SettleResult?> AskAsync(Settlement settlement)
    {
        var asked = scene.World.Now;
        var request = new SettleRequest(group, partition, [settlement]);
        var reply = await scene.Cluster.AskAsync(
            process, new QueueKey(group, partition), host => scene.Queues.SettleAsync(host, request, asked), Timeout, mayRepeat: true, mayOutlive: true);
        scene.Counts.Add("settle");
        scene.World.Note(process.Name, $"{scene.Cluster.NameOf(partition)} {message.First} of lease {lease.Number}: {settlement.Kind} {(reply.IsAnswer ? reply.Value : reply.Problem)}");
        if (reply.IsAnswer && reply.Value is not (SettleResult.Settled or SettleResult.Fenced or SettleResult.Throttled))
        {
            scene.Findings.Add($"{process.Name} settled {message.First} of {scene.Cluster.NameOf(partition)} and was answered {reply.Value}");
        }

        return reply.IsAnswer ? reply.Value : null;
    }

    private Task WaitAsync(TimeSpan time) => scene.World.WaitAsync(time, process);
}
