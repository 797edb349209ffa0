namespace OrleansQueue.Broker;

/// <summary>Consumer groups: who reads which partition, and how far each has come.</summary>
public interface IGroupVerbs : IGroupAdminVerbs, IMembershipVerbs, IPositionVerbs;

/// <summary>Groups: create, find, list, pause, resume, delete.</summary>
public interface IGroupAdminVerbs
{
    /// <summary>Creates a group and fixes where it begins in each partition that its topics have now. At once or not at all.</summary>
    /// <param name="group">The group's name, see <see cref="Groups.GroupName"/>.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="topics">The names of topics that it reads; members may bring others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken);

    /// <summary>Tells how a group stands; null where there is none.</summary>
    ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken);

    /// <summary>Lists groups in the order of their names (by their UTF-16 codes).</summary>
    /// <param name="after">The list begins behind this name; null for all.</param>
    /// <param name="limit">The most groups to list, 1 to 1,000; what lies outside is taken for the nearest of these.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Stops a group: members keep their partitions, finish what they have in hand and get nothing more. False where there is no such group.</summary>
    ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken);

    /// <summary>Lets a group go on, and each of its partitions that stopped at a message that failed. False where there is no such group.</summary>
    ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken);

    /// <summary>Deletes a group with its positions; its members are told. False where there is none.</summary>
    ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken);
}

/// <summary>
/// Membership: join, heartbeat, leave. The broker decides who reads what (as in Kafka's KIP-848, not in its older protocol), and
/// moves only what must move: a partition goes to its new member when the old one released it, left, or was silent for its session.
/// </summary>
public interface IMembershipVerbs
{
    /// <summary>Makes somebody a member. A live member of the same id is replaced: its partitions are the new one's at once, and it is told.</summary>
    ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken);

    /// <summary>Shows that a member lives, takes over what it released, and tells it of changes. It waits for one where it is asked to.</summary>
    ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken);

    /// <summary>Ends a membership; the member's partitions go to others at once. False where it was no member any more.</summary>
    ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken);
}

/// <summary>Positions: commit, read, seek; and what a member does about a message that it cannot process.</summary>
public interface IPositionVerbs
{
    /// <summary>Keeps how far a group has come. Commits only move forward, unless a coordinator makes them; each position stands for itself.</summary>
    ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken);

    /// <summary>The committed positions of some partitions, with their metadata; those that the group does not know are left out. Null where there is no such group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partitions">At most 1,000 partitions.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>Moves a group, also backwards. It begins a new generation: members read on at the new positions, and commits of before are refused.</summary>
    ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken);

    /// <summary>Stops a partition at a message that failed, until <see cref="IGroupAdminVerbs.ResumeGroupAsync"/>.</summary>
    ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a message that failed into the group's dead-letter topic, once however often it is asked for, and commits the
    /// position behind it.
    /// </summary>
    ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken);
}
