namespace OrleansQueue.SiloHost.Tests;

/// <summary>A silo gives memory back once, when it has come to rest.</summary>
public sealed class IdleMemoryTests
{
    [Fact]
    public void Memory_is_given_back_once_when_the_last_work_was_three_rounds_ago()
    {
        var (allocated, collected) = (0L, 0);
        using var memory = new IdleMemory(TimeProvider.System, () => allocated, () => collected++);

        void Rounds(int count, long bytes)
        {
            for (var round = 0; round < count; round++)
            {
                allocated += bytes;
                memory.Look();
            }
        }

        Rounds(2, 0);
        Assert.Equal(0, collected);
        Rounds(1, 0);
        Assert.Equal(1, collected);

        Rounds(10, 1 << 20);
        Assert.Equal(1, collected);

        Rounds(5, 16 << 20);
        Rounds(2, 1 << 20);
        Assert.Equal(1, collected);
        Rounds(1, 16 << 20);
        Rounds(2, 0);
        Assert.Equal(1, collected);
        Rounds(1, 0);
        Assert.Equal(2, collected);
        Rounds(10, 0);
        Assert.Equal(2, collected);
    }
}
