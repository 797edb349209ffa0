using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>Looks at records that were not examined yet and says whose they are, as rows that may be leased later; neighbours that stand alike are one.</summary>
/// <param name="settings">How the group leases; it names the header.</param>
/// <param name="from">The first record that was not examined.</param>
/// <param name="epoch">The epoch of the record before it.</param>
/// <param name="mostRows">How many rows may be made.</param>
internal sealed class TenantScan(QueueSettings settings, Offset from, Epoch epoch, int mostRows)
{
    private readonly byte[] _header = Encoding.UTF8.GetBytes(settings.TenantHeader!);
    private readonly List<Unfinished> _rows = [];

    /// <summary>Behind the last record that was examined.</summary>
    public Offset Examined { get; private set; } = from;

    /// <summary>The epoch of the record before it.</summary>
    public Epoch Epoch { get; private set; } = epoch;

    /// <summary>The rows that were made, in order.</summary>
    public IReadOnlyList<Unfinished> Rows => _rows;

    // The last row may still grow, so it does not count.
    private bool IsFull => _rows.Count > mostRows;

    /// <summary>Examines the records of a window.</summary>
    /// <exception cref="InvalidBatchException">The records of a batch do not open.</exception>
    public void Examine(ScanWindow window)
    {
        for (var i = window.IndexOf(Examined); i < window.Batches.Count && !IsFull; i++)
        {
            var batch = window.Batches[i];
            Examined = batch.CanOpen ? Examine(batch) : ExamineWhole(batch);
            Epoch = batch.Header.Epoch;
        }
    }

    private Offset Examine(WindowBatch batch)
    {
        var index = batch.Index;
        for (var i = index.RecordsOf(Examined.Value - batch.First.Value, 0).First; i < index.Count; i++)
        {
            var offset = batch.First.Plus(index.DeltaOf(i));
            if (IsFull)
            {
                return offset;
            }

            Add(new Unfinished { First = offset.Value, End = offset.Value + 1, Key = settings.OrderedByKey ? index.KeyOf(i) : 0, Tenant = index.TenantOf(i, _header) });
        }

        return batch.End;
    }

    /// <summary>Whose records are that the broker cannot open is not known; they count as nobody's.</summary>
    private Offset ExamineWhole(WindowBatch batch)
    {
        Add(new Unfinished { First = batch.First.Value, End = batch.End.Value, Tenant = KeyHash.Of([]) });
        return batch.End;
    }

    private void Add(in Unfinished row)
    {
        if (_rows.Count != 0 && row.Continues(_rows[^1]))
        {
            _rows[^1] = _rows[^1] with { End = row.End };
        }
        else
        {
            _rows.Add(row);
        }
    }
}
