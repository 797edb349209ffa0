namespace OrleansQueue.Core.Tests.Primitives;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void Bytes_are_taken_up_to_the_limit_and_no_further()
    {
        var budget = new MemoryBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again()
    {
        var budget = new MemoryBudget(100);
        budget.TryTake(100);
        budget.Give(30);

        Assert.False(budget.TryTake(31));
        Assert.True(budget.TryTake(30));
    }

    [Fact]
    public void What_must_be_taken_may_go_beyond_the_limit_and_then_shows()
    {
        var budget = new MemoryBudget(100);
        budget.Take(100);
        Assert.False(budget.IsOver);
        budget.Take(1);
        Assert.True(budget.IsOver);
        Assert.False(budget.TryTake(0));
        budget.Give(1);
        Assert.False(budget.IsOver);
    }

    [Fact]
    public void Budget_without_end_takes_everything() => Assert.True(MemoryBudget.Unlimited.TryTake(1L << 60) && Returned());

    [Fact]
    public async Task Threads_never_take_more_than_there_is_and_all_of_it_comes_back()
    {
        const int Limit = 1_000;
        var budget = new MemoryBudget(Limit);
        long taken = 0;
        await Task.WhenAll(Enumerable.Range(1, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var bytes = random.Next(1, 400);
                if (budget.TryTake(bytes))
                {
                    Assert.InRange(Interlocked.Add(ref taken, bytes), 1, Limit);
                    Interlocked.Add(ref taken, -bytes);
                    budget.Give(bytes);
                }
            }
        })));

        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Threads_that_take_and_give_back_leave_nothing_behind()
    {
        var budget = new MemoryBudget(1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                budget.Take(3);
                budget.Give(3);
            }
        })));

        Assert.Equal(0, budget.Used);
    }

    /// <summary>All tests share the budget without end.</summary>
    private static bool Returned()
    {
        MemoryBudget.Unlimited.Give(1L << 60);
        return true;
    }
}
