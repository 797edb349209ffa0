using OrleansQueue.Benchmarks;
using OrleansQueue.Benchmarks.ManyPartitions;
using OrleansQueue.Benchmarks.QueueBacklog;

// Without a word: the benchmarks with their allocation budgets. "many-partitions": what decided how small commits are kept.
// "large-commits": what decided how large ones are. "queue-backlog": what a queue group's cursor costs behind a long backlog.
return args switch
{
    ["many-partitions", .. var rest] => await ManyPartitionsRun.RunAsync(rest),
    ["large-commits", .. var rest] => await LargeCommitsRun.RunAsync(rest),
    ["queue-backlog", .. var rest] => await QueueBacklogRun.RunAsync(rest),
    _ => BudgetRun.Run(args),
};
