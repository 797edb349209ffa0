namespace OrleansQueue.Simulation.Mutations;

/// <summary>The faults that are put into the cursors of queue groups.</summary>
internal static class QueueMutations
{
    private const string Lease = "Queues/QueueCursor.Lease.cs";
    private const string Settle = "Queues/QueueCursor.Settle.cs";
    private const string Letters = "Queues/QueueCursor.DeadLetters.cs";
    private const string Picker = "Queues/LeasePicker.cs";
    private const string Entries = "Queues/QueueState.Entries.cs";

    public static IReadOnlyList<Mutation> List { get; } =
    [
        new("answers a lease before it is kept", Lease, "        await KeptAsync(refusals);\n        return plan", "        await Task.Yield();\n        return plan"),
        new("settles under a lease that is over", Settle, "        Tick();\n        for (var i", "        for (var i"),
        new("frees the key of a message that waits after a failure",
        [
            new("Queues/QueueState.cs", "        _lines.Add(row);\n", "        _lines.Add(row.State == MessageState.Delayed ? row with { Key = 0 } : row);\n"),
            new("Queues/QueueState.cs", "        _lines.Remove(row);\n", "        _lines.Remove(row.State == MessageState.Delayed ? row with { Key = 0 } : row);\n"),
        ]),
        new("appends a dead letter again under a new sequence", Letters,
            "        await KeptAsync();\n        var result", "        producer = producer with { Id = _surroundings.NewProducerId(), Sequence = new Sequence(0) };\n        await KeptAsync();\n        var result"),
        new("keeps no word of how far the topic was examined", Entries,
            "        MoveTo(ref reader);\n        RequeueExamined", "        (_, _) = (reader.Number(), reader.Number());\n        RequeueExamined"),
        new("forgets leases when the owner changes", Entries, "            _rows.Set(held with { At = held.At + later });", "            _rows.Set(held with { State = MessageState.Available, Lease = 0, At = 0 * later });"),
        new("goes by the next owner's clock without a thought", Entries, "held.At + later }", "held.At + (0 * later) }"),
        new("passes over what is left of a batch", Picker, "            _isFull |= Examined < batch.End;\n", ""),
        new("tells nobody of what only a settlement set free", Settle, "        Changed();\n        await KeptAsync(refusals);", "        await KeptAsync(refusals);"),
        new("leases a message in front of others behind them",
        [
            new(Lease, " || !plan.IsBehind(place.Offset)", " || plan.MaxMessages == 0"),
            new("Queues/LeasePlan.cs", "if (!IsBehind(batch.First))", "if (batch.End < batch.First)"),
        ]),
        new("does not count the delivery of a lease that was over", Settle, "Blame(some, static row => row.At, LeaseOver, null);", "Change(RowsOf(some.Select(Freed)));"),
        new("deletes what a queue group has not finished", "Partitions/PartitionServer.Retention.cs", "hold?.From ?? end", "hold is null ? end : end"),
        new("believes a replaced owner that a position has diverged", "Partitions/PartitionServer.Read.cs", "return await log.IsOwnedAsync() ?", "return await log.IsOwnedAsync() || !log.IsFenced ?"),
    ];
}
