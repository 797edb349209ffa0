using OrleansQueue.Contracts.Tests.Support;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>
/// The bytes of every type on the wire are checked in. Silos and clients of two versions talk to each other during an upgrade,
/// so what was written once is read for ever: a new field takes a new number, and the bytes that lack it go to golden-older.txt.
/// </summary>
public sealed class GoldenWireTests
{
    private static readonly Dictionary<string, string> Golden = Read("golden.txt").ToDictionary();

    // What versions wrote that did not know all of today's fields.
    private static readonly List<KeyValuePair<string, string>> Older = [.. Read("golden-older.txt")];

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
    public void Bytes_that_lack_the_newest_fields_are_read() => Assert.All(Older, bytes =>
    {
        var value = WireValues.All.Single(value => value.Name == bytes.Key);

        Assert.NotEqual(Golden[bytes.Key], bytes.Value);
        Assert.Equal(Shown.Of(value.Value), Shown.Of(value.Read(Convert.FromHexString(bytes.Value))));
    });

    [Fact]
    public void No_golden_bytes_are_left_over() => Assert.Equal(WireValues.All.Select(value => value.Name).Order(), Golden.Keys.Order());

    [Fact]
    public void Every_type_on_the_wire_has_golden_bytes()
    {
        // A surrogate is what its value is written as.
        var types = Ours.WireTypes.Where(type => !type.Name.EndsWith("Surrogate", StringComparison.Ordinal));

        Assert.Empty(types.Except(WireValues.All.Select(value => value.Type)));
    }

    private static IEnumerable<KeyValuePair<string, string>> Read(string file) =>
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", file)).Select(line => line.Split(": ")).Select(parts => KeyValuePair.Create(parts[0], parts[1]));
}
