using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// A client that publishes, to partitions drawn at random: an idempotent one keeps up to five batches of a partition in flight
/// and repeats what got no answer; a plain one sends each batch once, as publishing without retry does.
/// </summary>
internal sealed class Producer
{
    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly Process _process;
    private readonly List<Lane> _lanes;
    private readonly bool _isIdempotent;

    public Producer(Scene scene, int number)
    {
        _scene = scene;
        _dice = scene.World.DiceFor($"producer {number}");
        _process = new Process(scene.World, $"producer{number}");
        _isIdempotent = _dice.Chance(0.75);
        _lanes = [.. scene.Cluster.AllPartitions.Select((partition, index) => new Lane(scene, _process, $"producer{number}", partition, new ProducerId((number * 100) + index), _dice))];
        _process.NewActor($"producer{number}").Start(RunAsync);
    }

    public bool IsDone { get; private set; }

    public Process Process => _process;

    private async Task RunAsync()
    {
        var pace = _scene.Plan.TroubledTime / Math.Max(1, _scene.Plan.Batches) * 1.2;
        var sending = new List<Task>();
        for (var left = _scene.Plan.Batches; left > 0; left--)
        {
            var lane = _dice.Pick(_lanes);
            var values = Enumerable.Range(0, _dice.Between(1, 3)).Select(_ => _scene.NextValue()).ToArray();
            if (_isIdempotent)
            {
                await lane.RoomAsync();
                sending.Add(lane.SendAsync(values));
            }
            else
            {
                await lane.SendOnceAsync(values);
            }

            // Often several at once, so that they are written together and overtake each other.
            if (!_scene.IsHealing && _dice.Chance(0.5))
            {
                await _scene.World.WaitAsync(_dice.Between(TimeSpan.Zero, pace * 2), _process);
            }
        }

        await Task.WhenAll(sending);
        IsDone = true;
    }
}
