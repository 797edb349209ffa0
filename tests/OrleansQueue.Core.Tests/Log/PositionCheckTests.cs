using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class PositionCheckTests
{
    private static readonly TopicId Topic = new(new Guid("0197a000-0000-7000-8000-0000000000aa"));

    private static readonly TopicId OtherTopic = new(new Guid("0197a000-0000-7000-8000-0000000000bb"));

    [Fact]
    public void Position_that_the_log_holds_is_held() => Assert.Equal(new PositionCheck.Held(), Check(Topic, 15, 1));

    [Fact]
    public void Position_of_another_topic_is_refused_with_the_topic_that_is_there_now() =>
        Assert.Equal(new PositionCheck.TopicReplaced(Topic), Check(OtherTopic, 15, 1));

    [Fact]
    public void Position_behind_the_end_of_its_epoch_diverges_at_that_end() =>
        Assert.Equal(new PositionCheck.Diverged(new Offset(20)), Check(Topic, 25, 1));

    [Fact]
    public void Position_of_an_epoch_that_the_log_never_had_diverges_at_the_end_of_the_one_before() =>
        Assert.Equal(new PositionCheck.Diverged(new Offset(20)), Check(Topic, 22, 2));

    [Fact]
    public void Position_behind_the_end_of_the_log_diverges_there() =>
        Assert.Equal(new PositionCheck.Diverged(new Offset(30)), Check(Topic, 31, 3));

    [Fact]
    public void Position_behind_the_end_of_the_log_that_names_no_epoch_has_nothing_in_common_with_it() =>
        Assert.Equal(new PositionCheck.Diverged(new Offset(10)), Check(Topic, 31, -1));

    [Fact]
    public void Position_that_retention_overtook_goes_on_at_the_start() =>
        Assert.Equal(new PositionCheck.Overtaken(new Offset(10)), Check(Topic, 3, 0));

    [Fact]
    public void Position_at_the_end_without_an_epoch_is_held() => Assert.Equal(new PositionCheck.Held(), Check(Topic, 30, -1));

    private static PositionCheck Check(TopicId topic, long offset, int epoch)
    {
        var epochs = new EpochHistory();
        epochs.Add(new Epoch(0), new Offset(0));
        epochs.Add(new Epoch(1), new Offset(12));
        epochs.Add(new Epoch(3), new Offset(20));
        return PositionCheck.Of(new Position(topic, new Partition(0), new Offset(offset), new Epoch(epoch)), Topic, epochs, new OffsetLadder(new Offset(10), new Offset(30)));
    }
}
