namespace OrleansQueue.History.Tests.Model;

/// <summary>One wrong thing that happens to the log of a right model.</summary>
public enum Corruption
{
    /// <summary>Nothing wrong.</summary>
    None,

    /// <summary>A record disappears.</summary>
    Drop,

    /// <summary>A record is stored a second time.</summary>
    Repeat,

    /// <summary>Two records change places.</summary>
    Swap,

    /// <summary>A record goes to the end.</summary>
    Move,

    /// <summary>A record's value becomes another one.</summary>
    Change,

    /// <summary>Everything from a record on disappears and its offsets are used again.</summary>
    Truncate,
}

/// <summary>Does it.</summary>
internal static class Corruptions
{
    /// <summary>Does it to records that their producers know to be stored; false when there are too few.</summary>
    public static bool Apply(Corruption corruption, ModelPartition partition, Random random, Func<long> newValue)
    {
        List<ModelRecord> records = partition.Records;
        int[] victims = [.. from index in Enumerable.Range(0, records.Count)
                            where records[index].IsAcknowledged && records[index].Offset >= partition.LogStart
                                && records[index].Transaction is null && records[index].Offset < partition.LastStable
                            select index];
        if (victims.Length < 2)
        {
            return false;
        }

        random.Shuffle(victims);
        (int one, int other) = (victims[0], victims[1]);
        ModelRecord victim = records[one];
        switch (corruption)
        {
            case Corruption.Drop:
                records.RemoveAt(one);
                break;
            case Corruption.Repeat:
                partition.Append(victim.Value, null);
                break;
            case Corruption.Swap:
                (records[one], records[other]) =
                    (victim with { Value = records[other].Value }, records[other] with { Value = victim.Value });
                break;
            case Corruption.Move:
                records.RemoveAt(one);
                partition.Append(victim.Value, null);
                break;
            case Corruption.Change:
                records[one] = victim with { Value = -newValue() - 1 };
                break;
            case Corruption.Truncate:
                records.RemoveRange(one, records.Count - one);
                partition.End = victim.Offset;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(corruption), corruption, "It is nothing that can be done.");
        }

        return true;
    }
}
