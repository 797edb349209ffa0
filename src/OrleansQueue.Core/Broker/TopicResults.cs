using OrleansQueue.Topics;

namespace OrleansQueue.Broker;

/// <summary>A topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its identity; a topic of the same name that is created later has another.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Version">How often the settings were set: 1 after the creation. A change names the version that it changes.</param>
public sealed record TopicDescription(string Name, TopicId Id, TopicSettings Settings, int Version);

/// <summary>Some topics in the order of their names.</summary>
/// <param name="Topics">The topics.</param>
/// <param name="Next">What to ask for next, or null where these were the last.</param>
public sealed record TopicPage(IReadOnlyList<TopicDescription> Topics, string? Next);

/// <summary>What became of a creation.</summary>
public abstract record CreateTopicResult
{
    private CreateTopicResult()
    {
    }

    /// <summary>The topic is there, whole and kept.</summary>
    /// <param name="Topic">The new topic.</param>
    public sealed record Created(TopicDescription Topic) : CreateTopicResult;

    /// <summary>A topic of that name was there already and was not changed.</summary>
    /// <param name="Topic">That topic.</param>
    public sealed record Exists(TopicDescription Topic) : CreateTopicResult;

    /// <summary>The name or a setting is bad.</summary>
    /// <param name="Reason">What is wrong.</param>
    public sealed record Refused(Refusal Reason) : CreateTopicResult;
}

/// <summary>What became of a change of settings.</summary>
public abstract record AlterTopicResult
{
    private AlterTopicResult()
    {
    }

    /// <summary>The topic has the new settings.</summary>
    /// <param name="Topic">The topic as it is now.</param>
    public sealed record Altered(TopicDescription Topic) : AlterTopicResult;

    /// <summary>Somebody else changed the settings meanwhile; nothing was changed.</summary>
    /// <param name="Topic">The topic as it is now.</param>
    public sealed record Conflict(TopicDescription Topic) : AlterTopicResult;

    /// <summary>There is no such topic.</summary>
    public sealed record UnknownTopic : AlterTopicResult;

    /// <summary>A setting is bad, or cannot be changed in that way.</summary>
    /// <param name="Reason">What is wrong.</param>
    public sealed record Refused(Refusal Reason) : AlterTopicResult;
}
