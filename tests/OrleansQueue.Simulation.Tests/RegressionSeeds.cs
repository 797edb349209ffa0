namespace OrleansQueue.Simulation.Tests;

/// <summary>
/// Seeds that once failed, and what they found. A change of the simulation changes what a seed does, so they are worth the
/// most while it stays as it is; what they found has plain tests too, where one could be written.
/// </summary>
public static class RegressionSeeds
{
    /// <summary>Seeds from when there were no queue groups, so they run without.</summary>
    public static TheoryData<int, string> BeforeQueues => new()
    {
        { 3, "a fetch with less than a millisecond left to wait went round without waiting" },
        { 4, "a group decided on changes that its broken journal had not taken" },
        { 22, "a bit turned over in a batch's epoch had acknowledged records cut off as a torn tail" },
        { 77, "a commit under way when its log was closed over a waiting reader was failed after it had been answered" },
        { 161, "a group decided on changes that its broken journal had not taken" },
        { 1960, "a group owner that was replaced answered that there was no such group, beside another call that had found out" },
        { 3402, "a bit turned over in the sign of a base offset had acknowledged records cut off as a torn tail" },
        { 3601, "a sync that failed while a refused write was taken back lost pages that the write-ahead file still held" },
        { 8057, "retention forgot a producer whose records it deleted when the power went, and a late repetition was stored again" },
        { 9307, "a late commit took a group back from the start of a log, where no epoch is known" },
        { 896, "an owner that knew nothing of a group's creation answered that there is none and took it out of the index" },
        { 500003394, "a group owner that was replaced went on answering a member, whose partitions the new one gave away when it had not heard of it" },
        { 500003040, "a journal whose write failed while it was asked for a confirmation wrote what waited behind" },
        { 8841, "loss of power that took a batch's offset and the zeros of its length, and kept the rest, was taken for damage" },
        { 28308650, "an owner told readers of a new start before the segments were gone, and was replaced before they went, so that a group passed over what stayed" },
    };

    /// <summary>Seeds that failed in queue groups.</summary>
    public static TheoryData<int, string> Queues => new()
    {
        { 17, "a message that a request set free which only settled was told to nobody" },
        { 49, "an owner whose clock was ahead took leases for over that were held, and leased their messages again" },
        { 44, "where a request had room for a part of a batch, the next batch was leased and the rest of the first never was" },
        { 50189, "a replaced owner of the partition of dead letters said that a sequence was out of order, and a letter was appended twice" },
        { 100, "a replaced owner of a partition told a cursor that its position had diverged, and messages were finished twice" },
    };
}
