using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Brings a batch to the door and asserts the answer.</summary>
internal static class Door
{
    /// <summary>The silo's time in these tests.</summary>
    public static Timestamp Now { get; } = new(10_000_000_000);

    public static BatchPolicy Create { get; } = new() { Timestamps = TimestampKind.Create };

    public static BatchPolicy Foreign { get; } = new() { AcceptForeignCodecs = true };

    public static Refusal? Check(byte[] batch, BatchPolicy? policy = null, BatchLimits? limits = null) =>
        new BatchValidator(limits ?? BatchLimits.Default, policy ?? new BatchPolicy()).Check(batch, Now, out _);

    public static void Passes(byte[] batch, BatchPolicy? policy = null, BatchLimits? limits = null) =>
        Assert.Null(Check(batch, policy, limits));

    public static void Refuses(
        byte[] batch, string field, string value, string limit, BatchPolicy? policy = null, BatchLimits? limits = null) =>
        AssertRefused(Check(batch, policy, limits), field, value, limit);

    public static void AssertRefused(Refusal? refusal, string field, string value, string limit)
    {
        Assert.NotNull(refusal);
        Assert.Equal(field, refusal.Field);
        Assert.Equal(value, refusal.Value);
        Assert.Equal(limit, refusal.Limit);
        Assert.Equal(field + " is " + value + "; allowed is " + limit + ".", refusal.ToString());
    }
}
