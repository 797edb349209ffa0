namespace OrleansQueue.History.Evidence;

/// <summary>A value that is stored and that nobody polled in its partition.</summary>
/// <param name="Send">Its send.</param>
/// <param name="Sent">Its place in the column of sent values.</param>
/// <param name="Offset">
/// Where it should be: what was acknowledged, or else what follows from the place of another value of its batch; negative when
/// neither is known.
/// </param>
internal readonly record struct MissingValue(int Send, int Sent, long Offset)
{
    public static IReadOnlyList<MissingValue>[] Of(HistoryEvidence evidence)
    {
        List<MissingValue>[] missing = [.. evidence.History.Partitions.Select(_ => new List<MissingValue>())];
        for (int send = 0; send < evidence.History.Sends.Length; send++)
        {
            if (evidence.StoredSince[send] == long.MaxValue)
            {
                continue;
            }

            SendOperation operation = evidence.History.Sends[send];
            long? assumedBase = null;
            for (int index = 0; index < operation.Values.Count; index++)
            {
                int sent = operation.Values.At + index;
                if (evidence.PolledAt(sent) < 0)
                {
                    long offset = evidence.History.OffsetOf(operation.Values, index);
                    assumedBase ??= AssumedBase(evidence, operation.Values);
                    missing[operation.Partition].Add(new(
                        send, sent, offset >= 0 || assumedBase < 0 ? offset : assumedBase.Value + index));
                }
            }
        }

        return missing;
    }

    private static long AssumedBase(HistoryEvidence evidence, Run values)
    {
        for (int index = 0; index < values.Count; index++)
        {
            long polledAt = evidence.PolledAt(values.At + index);
            if (polledAt >= index)
            {
                return polledAt - index;
            }
        }

        return -1;
    }
}
