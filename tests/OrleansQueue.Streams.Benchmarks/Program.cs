using OrleansQueue.Streams.Benchmarks;

// "rate": events pushed to subscriber grains, beside Orleans' own streams in memory. "idle": what a stream costs in which nothing happens.
return args switch
{
    ["rate", .. var rest] => await RateRun.RunAsync(rest),
    ["idle", .. var rest] => await IdleRun.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("rate [events 1000000] [streams 100] [bytes 1024] [memory|files] | idle [streams 100000] [partitions 16]");
    return 1;
}
