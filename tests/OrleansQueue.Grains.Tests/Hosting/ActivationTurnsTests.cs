using System.Collections.Concurrent;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Hosting;

/// <summary>
/// No request is invoked under the lock of its activation: grains that call each other would wait for each other's for ever. With one silo nothing waits
/// while a grain becomes active, and with all threads busy its first request is there before it is.
/// </summary>
public sealed class ActivationTurnsTests
{
    private const int Topics = 300;

    [Fact]
    public async Task No_request_is_invoked_under_the_lock_of_its_activation()
    {
        var locks = new Locks();
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(locks));

        await Task.WhenAll(Enumerable.Range(0, Topics).Select(async i =>
        {
            Assert.IsType<CreateTopicResult.Created>(await silos.BrokerOnSilo.CreateTopicAsync($"t{i}", new TopicSettings { Partitions = 1 }, default));
            Assert.NotNull(await silos.BrokerOnSilo.FindTopicAsync($"t{i}", default));
        }));

        Assert.InRange(locks.Activations, Topics, int.MaxValue);
        Assert.Empty(locks.Held);
    }

    private sealed class Locks : IIncomingGrainCallFilter
    {
        private readonly ConcurrentDictionary<IGrainContext, bool> _seen = new();

        /// <summary>How many activations of the broker were called.</summary>
        public int Activations => _seen.Count;

        /// <summary>Those that were called under their lock.</summary>
        public IEnumerable<string> Held => _seen.Where(static seen => seen.Value).Select(static seen => seen.Key.GrainId.ToString());

        public Task Invoke(IIncomingGrainCallContext context)
        {
            var target = context.TargetContext;
            if (target.GrainId.Type.ToString()!.StartsWith("oq-", StringComparison.Ordinal))
            {
                _seen.AddOrUpdate(target, Monitor.IsEntered(target), (_, held) => held || Monitor.IsEntered(target));
            }

            return context.Invoke();
        }
    }
}
