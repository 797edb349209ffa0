using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>The lists of a group as they cross a call.</summary>
internal static class Rows
{
    public static byte[] Of(IReadOnlyList<AssignedPartition> partitions) => PackedWriter.Pack(partitions, static (to, row) =>
    {
        to.Text(row.TopicName);
        to.Position(row.Start);
        to.Number(row.Since.Value);
        to.Number(row.IsPaused ? 1 : 0);
    });

    public static AssignedPartition[] ToAssigned(byte[]? rows) => PackedReader.Unpack(
        rows, static from => new AssignedPartition(from.Text(), from.Position(), new Generation(from.Number()), from.Flag()));

    public static byte[] Of(IReadOnlyList<Release> releases) => PackedWriter.Pack(releases, static (to, row) =>
    {
        to.Partition(row.Partition);
        to.Number(row.Since.Value);
    });

    public static Release[] ToReleases(byte[]? rows) => PackedReader.Unpack(
        rows, static from => new Release(from.Partition(), new Generation(from.Number())));

    public static byte[] Of(IReadOnlyList<Commit> commits) => PackedWriter.Pack(commits, static (to, row) =>
    {
        to.Position(row.Position);
        to.Number(row.Since.Value);
        to.OptionalBytes(row.Metadata);
        to.Number(row.Gaps);
    });

    public static Commit[] ToCommits(byte[]? rows) => PackedReader.Unpack(
        rows, static from => new Commit(from.Position(), new Generation(from.Number()), from.OptionalBytes(), from.Int32()));

    public static byte[] Of(IReadOnlyList<CommitRefusal> refusals) => PackedWriter.Pack(refusals, static (to, row) =>
    {
        to.Partition(row.Partition);
        to.Number((int)row.Reason);
        to.Text(row.Detail.Field);
        to.Text(row.Detail.Value);
        to.Text(row.Detail.Limit);
    });

    public static CommitRefusal[] ToRefusals(byte[]? rows) => PackedReader.Unpack(
        rows, static from => new CommitRefusal(from.Partition(), (CommitRefusalReason)from.Int32(), new Refusal(from.Text(), from.Text(), from.Text())));

    public static byte[] Of(IReadOnlyList<TopicPartition> partitions) => PackedWriter.Pack(partitions, static (to, row) => to.Partition(row));

    public static TopicPartition[] ToPartitions(byte[]? rows) => PackedReader.Unpack(rows, static from => from.Partition());

    public static byte[] Of(IReadOnlyList<CommittedPosition> positions) => PackedWriter.Pack(positions, static (to, row) =>
    {
        to.Position(row.Position);
        to.OptionalBytes(row.Metadata);
    });

    public static CommittedPosition[] ToCommitted(byte[]? rows) => PackedReader.Unpack(
        rows, static from => new CommittedPosition(from.Position(), from.OptionalBytes()));

    public static byte[] Of(IReadOnlyList<Position> positions) => PackedWriter.Pack(positions, static (to, row) => to.Position(row));

    public static Position[] ToPositions(byte[]? rows) => PackedReader.Unpack(rows, static from => from.Position());

    public static byte[] Of(IReadOnlyList<GroupPartition> partitions) => PackedWriter.Pack(partitions, static (to, row) =>
    {
        to.Text(row.TopicName);
        to.Position(row.Committed);
        to.OptionalText(row.Owner);
        to.Number(row.Gaps);
        to.Number(row.Stopped is null ? 0 : 1);
        if (row.Stopped is { } stopped)
        {
            to.Number(stopped.Offset.Value);
            to.Text(stopped.Error);
            to.Number(stopped.Time.UnixMilliseconds);
        }
    });

    public static GroupPartition[] ToGroupPartitions(byte[]? rows) => PackedReader.Unpack(rows, static from =>
    {
        var (topic, committed, owner, gaps) = (from.Text(), from.Position(), from.OptionalText(), from.Number());
        var stopped = from.Flag() ? new StoppedAt(new Offset(from.Number()), from.Text(), new Timestamp(from.Number())) : null;
        return new GroupPartition(topic, committed, owner, stopped, gaps);
    });

    public static byte[] Of(IReadOnlyList<MemberDescription> members) => PackedWriter.Pack(members, static (to, row) =>
    {
        to.Text(row.Id);
        to.Text(row.Client);
        to.Number(row.LastSeen.UnixMilliseconds);
        to.Number(row.Topics.Count);
        foreach (var topic in row.Topics)
        {
            to.Text(topic);
        }
    });

    public static MemberDescription[] ToMembers(byte[]? rows) => PackedReader.Unpack(rows, static from =>
    {
        var (id, client, lastSeen) = (from.Text(), from.Text(), new Timestamp(from.Number()));
        return new MemberDescription(id, client, from.Texts(), lastSeen);
    });
}
