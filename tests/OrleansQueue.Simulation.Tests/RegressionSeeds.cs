namespace OrleansQueue.Simulation.Tests;

/// <summary>
/// Seeds that once failed, and what they found. A change of the simulation changes what a seed does, so they are worth the
/// most while it stays as it is; what they found has plain tests too, where one could be written.
/// </summary>
public static class RegressionSeeds
{
    public static TheoryData<int, string> All => new()
    {
        { 3, "a fetch with less than a millisecond left to wait went round without waiting" },
        { 4, "a group decided on changes that its broken journal had not taken" },
        { 22, "a bit turned over in a batch's epoch had acknowledged records cut off as a torn tail" },
        { 77, "a commit under way when its log was closed over a waiting reader was failed after it had been answered" },
        { 161, "a group decided on changes that its broken journal had not taken" },
        { 896, "an owner that knew nothing of a group's creation answered that there is none and took it out of the index" },
    };
}
