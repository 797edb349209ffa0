namespace OrleansQueue.History;

/// <summary>What can be wrong with a history. Each kind is defined where it is searched for, in the folder Anomalies.</summary>
public enum AnomalyKind
{
    /// <summary>An acknowledged value was passed over by everybody.</summary>
    LostWrite,

    /// <summary>A stored value was not found when the whole partition was read.</summary>
    Unseen,

    /// <summary>A value lies at two offsets.</summary>
    Duplicate,

    /// <summary>A value was polled that nobody had sent to that partition.</summary>
    Phantom,

    /// <summary>Two answers differ about what lies at an offset.</summary>
    InconsistentOffsets,

    /// <summary>A poll went on behind a value that lay where the one before ended.</summary>
    PollSkip,

    /// <summary>A poll left out a value between those it brought.</summary>
    IntPollSkip,

    /// <summary>A poll brought an offset that the consumer had passed.</summary>
    NonmonotonicPoll,

    /// <summary>The offsets within one poll do not rise.</summary>
    IntNonmonotonicPoll,

    /// <summary>A later send of a producer lies before an earlier one.</summary>
    NonmonotonicSend,

    /// <summary>The values of one send lie in another order.</summary>
    IntNonmonotonicSend,

    /// <summary>A value was polled whose send was refused or whose transaction was aborted.</summary>
    AbortedRead,

    /// <summary>A value was polled before anybody asked for its transaction's commit.</summary>
    PrecommittedRead,

    /// <summary>A committed position fell back, or points behind the end of the log.</summary>
    CommitRegression,

    /// <summary>A commit was accepted although a later owner had the partition.</summary>
    StaleOwnerCommit,

    /// <summary>Two members of a group held one partition at the same time.</summary>
    DoubleOwnership,

    /// <summary>A group has committed past a value that none of its members got.</summary>
    GroupSkip,

    /// <summary>A queue group is done with a message that was neither completed nor dead-lettered.</summary>
    LostMessage,

    /// <summary>A message was completed and dead-lettered, or one of them twice.</summary>
    DoubleEnd,

    /// <summary>A message was leased that had been completed or was on its way to the dead letters.</summary>
    Revival,

    /// <summary>A message was leased while another lease held it.</summary>
    DoubleLease,

    /// <summary>A settlement was accepted under a lease that was over, or refused under one that held.</summary>
    StaleSettlement,

    /// <summary>The delivery count of a message did not rise, or rose past the most.</summary>
    DeliveryCount,

    /// <summary>A message was leased while another of its key was, or before an earlier one was done.</summary>
    KeyOrder,

    /// <summary>A message waited although somebody had room for it.</summary>
    LateDelivery,
}
