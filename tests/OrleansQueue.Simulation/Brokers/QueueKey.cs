namespace OrleansQueue.Simulation.Brokers;

/// <summary>What names the cursor of a queue group.</summary>
internal readonly record struct QueueKey(string Group, TopicPartition Partition);
