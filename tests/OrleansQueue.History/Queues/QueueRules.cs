namespace OrleansQueue.History.Queues;

/// <summary>What a queue group promised.</summary>
/// <param name="OrderedByKey">Whether messages of one key are delivered one after another.</param>
/// <param name="MaxDeliveries">How often a message is delivered at most.</param>
/// <param name="LongestWait">How long a message may wait, in ticks of the recorded times, where <see cref="QueueRecorder.Calm"/> says that it is watched.</param>
/// <param name="HasRetention">Whether retention may take what is not known as stored, also while it is leased: what was past its time already when the group began.</param>
public sealed record QueueRules(bool OrderedByKey, int MaxDeliveries, long LongestWait, bool HasRetention = false);
