using OrleansQueue.Simulation.Mutations;

namespace OrleansQueue.Simulation.Tests;

/// <summary>The places that mutations change are where they say. Whether each is found takes minutes and is run by --mutations.</summary>
public sealed class MutationTextTests
{
    public static TheoryData<string> Names => [.. AllMutations.List.Select(mutation => mutation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_places_are_in_the_code_exactly_once_and_change(string name)
    {
        var mutation = AllMutations.List.Single(mutation => mutation.Name == name);
        foreach (var edit in mutation.Edits)
        {
            var text = File.ReadAllText(Path.Combine(Repository.FindRoot(), "src/OrleansQueue.Core", edit.File));
            Assert.NotEqual(text, Repository.Replace(text, edit));
        }
    }

    [Theory]
    [InlineData("a b a", "a")]
    [InlineData("a b a", "c")]
    public void A_place_that_is_not_there_exactly_once_is_refused(string text, string old) =>
        Assert.Throws<InvalidOperationException>(() => Repository.Replace(text, new Edit("a.cs", old, "d")));
}
