using OrleansQueue.Benchmarks;
using OrleansQueue.Benchmarks.ManyPartitions;

// Without a word: the benchmarks with their allocation budgets. "many-partitions": what decided how small commits are kept.
// "large-commits": what decided how large ones are.
return args switch
{
    ["many-partitions", .. var rest] => await ManyPartitionsRun.RunAsync(rest),
    ["large-commits", .. var rest] => await LargeCommitsRun.RunAsync(rest),
    _ => BudgetRun.Run(args),
};
