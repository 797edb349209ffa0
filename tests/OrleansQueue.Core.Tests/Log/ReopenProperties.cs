using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Random appends, repetitions, rolls, deletions and reopenings, compared with a model that is one list of batches.</summary>
public sealed class ReopenProperties
{
    private const int Producers = 4;

    [Theory]
    [InlineData("memory")]
    [InlineData("files")]
    [InlineData("checkpoints")]
    public async Task After_any_run_the_log_knows_what_the_model_knows(string kind)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var run = new Run(await LogBench.OpenAsync(static options => options with { CheckpointCommits = 3 }, await StoreAsync(kind)), new Random(seed));
            for (var step = 0; step < 150; step++)
            {
                await run.StepAsync();
            }

            await run.AssertSameAsync();
            await run.ReopenAsync();
            await run.AssertSameAsync();
        }
    }

    private static async Task<ILogStore> StoreAsync(string kind) => kind == "files"
        ? await FileStores.OpenAsync(new ForgetfulDisk())
        : new MemoryLogStore(FileStores.Id) { UsesCheckpoints = kind == "checkpoints" };

    private sealed record Batch(long Producer, int First, int Records, long Offset, Epoch Epoch);

    private sealed class Run(LogBench bench, Random random)
    {
        private readonly List<Batch> _batches = [];
        private long _end;

        public async Task StepAsync()
        {
            switch (random.Next(20))
            {
                case 0:
                    await ReopenAsync();
                    break;
                case 1:
                    bench.Store.OnSidecar = random.Next(2) == 0 ? null : (_, _, file) => random.Next(3) == 0 ? null : file;
                    bench.Log.Idle();
                    break;
                case 2:
                    await bench.Log.ApplyRetentionAsync(new Retention(null, random.Next(3_000, 6_000)), null, CancellationToken.None);
                    break;
                case < 6:
                    await RepeatAsync();
                    break;
                default:
                    await AppendAsync();
                    break;
            }
        }

        public async Task ReopenAsync()
        {
            if (random.Next(2) == 0)
            {
                await bench.Log.DisposeAsync();
            }

            await bench.OpenAsync();
        }

        public async Task AssertSameAsync()
        {
            var start = bench.Log.Offsets.LogStart.Value;
            Assert.Equal(_end, bench.Log.Offsets.LogEnd.Value);
            var expected = _batches.SelectMany(batch => Enumerable.Range(0, batch.Records)
                .Select(i => (batch.Offset + i, $"{batch.Producer}/0/{batch.First + i}"))).Where(record => record.Item1 >= start);
            Assert.Equal(expected, await bench.ReadAllAsync(start));
            foreach (var batch in _batches.Where(batch => batch.Offset >= start))
            {
                Assert.Null(bench.FindDivergence(batch.Epoch, new(batch.Offset + batch.Records)));
                AssertEndOf(batch.Epoch);
            }

            foreach (var producer in Enumerable.Range(1, Producers))
            {
                foreach (var (batch, age) in _batches.Where(batch => batch.Producer == producer).Reverse().Select((batch, age) => (batch, age)))
                {
                    var stored = age < ProducerTable.BatchesKept ? new Offset(batch.Offset) : default(Offset?);
                    Assert.Equal(new ProduceResult.Duplicate(stored, Durability.Fsync), await bench.AppendAsync(Bytes(batch)));
                }
            }
        }

        /// <summary>A reader that claims one record more of an epoch than the log holds is told the epoch's end.</summary>
        private void AssertEndOf(Epoch epoch)
        {
            var last = _batches.Last(batch => batch.Epoch == epoch);
            var end = last.Offset + last.Records;
            Assert.Equal(new Offset(end), bench.FindDivergence(epoch, new(end + 1)));
        }

        private async Task RepeatAsync()
        {
            if (_batches.Count != 0)
            {
                Assert.IsType<ProduceResult.Duplicate>(await bench.AppendAsync(Bytes(_batches[random.Next(_batches.Count)])));
            }
        }

        private async Task AppendAsync()
        {
            var producer = random.Next(1, Producers + 1);
            var first = _batches.Where(batch => batch.Producer == producer).Sum(batch => batch.Records);
            var batch = new Batch(producer, first, random.Next(1, 6), _end, bench.Log.Epoch);
            var appended = Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(Bytes(batch)));
            Assert.Equal(new Offset(_end), appended.BaseOffset);
            _batches.Add(batch);
            _end += batch.Records;
        }

        private static ReadOnlyMemory<byte> Bytes(Batch batch) => LogBench.Produced(batch.First, batch.Records, batch.Producer);
    }
}
