using OrleansQueue.Contracts.Tests.Support;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>
/// The bytes of every type on the wire are checked in. Silos and clients of two versions talk to each other during an upgrade,
/// so these bytes never change: a new field takes a new number, and golden.txt gets one more line.
/// </summary>
public sealed class GoldenWireTests
{
    private static readonly Dictionary<string, string> Golden = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "golden.txt"))
        .Select(line => line.Split(": "))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    public static TheoryData<string> Names => [.. WireValues.All.Select(value => value.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_is_written_as_it_always_was(string name)
    {
        var value = WireValues.All.Single(value => value.Name == name);

        Assert.Equal(Golden.GetValueOrDefault(name, "nothing"), Convert.ToHexStringLower(value.Write()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_of_old_are_read(string name)
    {
        var value = WireValues.All.Single(value => value.Name == name);

        Assert.Equal(Shown.Of(value.Value), Shown.Of(value.Read(Convert.FromHexString(Golden[name]))));
    }

    [Fact]
    public void No_golden_bytes_are_left_over() => Assert.Equal(WireValues.All.Select(value => value.Name).Order(), Golden.Keys.Order());

    [Fact]
    public void Every_type_on_the_wire_has_golden_bytes()
    {
        // A surrogate is what its value is written as.
        var types = Ours.WireTypes.Where(type => !type.Name.EndsWith("Surrogate", StringComparison.Ordinal));

        Assert.Empty(types.Except(WireValues.All.Select(value => value.Type)));
    }
}
