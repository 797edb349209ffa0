using OrleansQueue.Benchmarks;
using OrleansQueue.Benchmarks.ManyPartitions;

// Without a word: the benchmarks with their allocation budgets. "many-partitions": what decided how small commits are kept.
return args is ["many-partitions", .. var rest]
    ? await ManyPartitionsRun.RunAsync(rest)
    : BudgetRun.Run(args);
