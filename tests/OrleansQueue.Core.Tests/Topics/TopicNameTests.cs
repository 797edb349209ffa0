using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

public sealed class TopicNameTests
{
    private const string Limit = "allowed is 1 to 249 of A-Z, a-z, 0-9, '.', '_' and '-', but not '.' or '..'.";

    [Theory]
    [InlineData("a")]
    [InlineData("Orders.v2_eu-west")]
    [InlineData("...")]
    [InlineData(".a")]
    [InlineData("0")]
    [InlineData("CON")]
    public void Names_of_the_allowed_letters_pass(string name) => Assert.Null(TopicName.CheckOwn(name));

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(".", ".")]
    [InlineData("..", "..")]
    [InlineData("a/b", "a/b")]
    [InlineData("a\\b", "a\\b")]
    [InlineData("a b", "a b")]
    [InlineData("a%2f..", "a%2f..")]
    [InlineData("a\n", "a?")]
    [InlineData("\u0430", "\u0430")] // The Cyrillic a.
    [InlineData("\u0661", "\u0661")] // A digit, though not one of ours.
    public void Other_names_are_refused_in_a_sentence_that_is_safe_to_print(string? name, string shown)
    {
        Assert.Equal($"topic name is {shown}; {Limit}", TopicName.Check(name)?.ToString());
        Assert.Equal($"topic name is {shown}; {Limit}", TopicName.CheckOwn(name)?.ToString());
    }

    [Fact]
    public void Name_of_249_letters_passes_and_one_more_is_refused()
    {
        Assert.Null(TopicName.Check(new string('a', 249)));
        Assert.Equal($"topic name is {new string('a', 100)}...; {Limit}", TopicName.Check(new string('a', 250))?.ToString());
    }

    [Theory]
    [InlineData("__")]
    [InlineData("__dead.x")]
    public void Names_of_the_brokers_own_are_names_but_not_for_applications(string name)
    {
        Assert.Null(TopicName.Check(name));
        Assert.Equal(
            $"topic name is {name}; allowed is one that does not begin with __, which are the broker's own.", TopicName.CheckOwn(name)?.ToString());
    }

    [Fact]
    public void One_underscore_is_no_reserved_name() => Assert.Null(TopicName.CheckOwn("_mine"));
}
