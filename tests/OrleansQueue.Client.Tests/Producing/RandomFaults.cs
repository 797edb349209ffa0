using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>
/// Faults at random, as the run's seed says. Either calls may be held up for longer than the client waits for them, or the
/// broker may forget producers; not both, since a broker that forgot a producer cannot tell its first batch from a repetition
/// that was under way all the time.
/// </summary>
internal sealed class RandomFaults(Simulation run, bool forgets)
{
    private bool _isOver;

    public void Stop() => _isOver = true;

    public Fault Next(ProduceCall call)
    {
        if (_isOver)
        {
            return Fault.None;
        }

        if (forgets && run.Random.Next(40) == 0)
        {
            run.Broker.PartitionOf("orders", call.Partition.Number).ForgetProducers();
        }

        return run.Random.Next(24) switch
        {
            0 => Fault.LostCall,
            1 => Fault.LostAnswer,
            2 => Fault.Answer(new ProduceResult.Throttled(TimeSpan.FromMilliseconds(run.Random.Next(0, 2_000)))),
            3 => Fault.Answer(new ProduceResult.NoSpace(TimeSpan.FromMilliseconds(run.Random.Next(1, 3_000)))),
            4 => Fault.Answer(new ProduceResult.Fenced()),
            5 when run.Random.Next(4) == 0 => Fault.Answer(new ProduceResult.Refused(new("batch", "bad", "good"))),
            6 when run.Random.Next(4) == 0 => Fault.Answer(new ProduceResult.TopicFull(1)),
            7 when !forgets => new Fault { Before = Later(30_000), IgnoresCancellation = true },
            8 when !forgets => new Fault { After = Later(30_000), IgnoresCancellation = true },
            _ => new Fault { Before = forgets ? null : Later(100), After = Later(100), LosesAnswer = run.Random.Next(30) == 0 },
        };
    }

    public void OnCall(string verb)
    {
        if (!_isOver && verb == "init" && run.Random.Next(3) == 0)
        {
            throw new BrokerUnavailableException("Nobody there.");
        }
    }

    private Task Later(int mostMilliseconds) => run.PassAsync(TimeSpan.FromMilliseconds(run.Random.Next(1, mostMilliseconds)));
}
