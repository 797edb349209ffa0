using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>A wait for messages as it is asked of a group, which knows its name.</summary>
[GenerateSerializer, Immutable, Alias("oq.wait-call")]
internal readonly record struct WaitCall([property: Id(0)] GroupMember Member, [property: Id(1)] TimeSpan MaxWait)
{
    public static WaitCall Of(WaitRequest request) => new(request.Member, request.MaxWait);

    public WaitRequest ToRequest(string group) => new(group, Member) { MaxWait = MaxWait };
}

/// <summary>Which <see cref="WaitResult"/> an answer is. The numbers never change.</summary>
internal enum WaitAnswerKind
{
    Ready = 0,
    UnknownMember = 1,
    Replaced = 2,
    UnknownGroup = 3,
}

/// <summary>The answer to a wait for messages; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.wait-answer")]
internal readonly record struct WaitAnswer([property: Id(0)] WaitAnswerKind Kind)
{
    /// <summary>Where there are messages; null where there are none.</summary>
    [Id(1)]
    public byte[]? Partitions { get; init; }

    public static WaitAnswer Of(WaitResult result) => result switch
    {
        WaitResult.Ready ready => new(WaitAnswerKind.Ready) { Partitions = ready.Partitions.Count == 0 ? null : QueueRows.Of(ready.Partitions) },
        WaitResult.UnknownMember => new(WaitAnswerKind.UnknownMember),
        WaitResult.Replaced => new(WaitAnswerKind.Replaced),
        WaitResult.UnknownGroup => new(WaitAnswerKind.UnknownGroup),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public WaitResult ToResult() => Kind switch
    {
        WaitAnswerKind.Ready => new WaitResult.Ready(Partitions is null ? [] : QueueRows.ToReady(Partitions)),
        WaitAnswerKind.UnknownMember => new WaitResult.UnknownMember(),
        WaitAnswerKind.Replaced => new WaitResult.Replaced(),
        WaitAnswerKind.UnknownGroup => new WaitResult.UnknownGroup(),
        _ => throw new InvalidDataException($"A wait was answered with {Kind}."),
    };
}

/// <summary>What a cursor that is watched has to tell its group.</summary>
[GenerateSerializer, Immutable, Alias("oq.watch-answer")]
internal readonly record struct WatchAnswer([property: Id(0)] int Messages, [property: Id(1)] long Stamp)
{
    public static WatchAnswer Of(QueueNews news) => new(news.Messages, news.Stamp);

    public QueueNews ToNews() => new(Messages, Stamp);
}
