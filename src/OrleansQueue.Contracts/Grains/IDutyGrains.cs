namespace OrleansQueue.Contracts.Grains;

/// <summary>A grain that must act at some time without being called. It leaves its time with the index of duties.</summary>
[Alias("oq.IDutyHolderGrain")]
internal interface IDutyHolderGrain : IGrain
{
    /// <summary>Does what is due, and answers when to act next; null where nothing more is to be done.</summary>
    [Alias("run-duty")]
    ValueTask<Timestamp?> RunDutyAsync();
}

/// <summary>One shard of the index of duties. Its key is the shard's number.</summary>
[Alias("oq.IDutyIndexGrain")]
internal interface IDutyIndexGrain : IGrainWithIntegerKey
{
    /// <summary>Sets when a grain must act, in place of what was set before; null takes its duty away. It is kept when this answers.</summary>
    [Alias("set")]
    ValueTask SetAsync(GrainId holder, Timestamp? due);

    /// <summary>Calls those whose time has come.</summary>
    [Alias("run-due")]
    ValueTask RunDueAsync();
}
