using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

[GenerateSerializer, Immutable, Alias("oq.generation")]
internal struct GenerationSurrogate
{
    [Id(0)]
    public long Value;
}

[RegisterConverter]
internal sealed class GenerationConverter : IConverter<Generation, GenerationSurrogate>
{
    public Generation ConvertFromSurrogate(in GenerationSurrogate surrogate) => new(surrogate.Value);

    public GenerationSurrogate ConvertToSurrogate(in Generation value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.group-member")]
internal struct GroupMemberSurrogate
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public Generation Joined;
}

[RegisterConverter]
internal sealed class GroupMemberConverter : IConverter<GroupMember, GroupMemberSurrogate>
{
    public GroupMember ConvertFromSurrogate(in GroupMemberSurrogate surrogate) => new(surrogate.Id, surrogate.Joined);

    public GroupMemberSurrogate ConvertToSurrogate(in GroupMember value) => new() { Id = value.Id, Joined = value.Joined };
}

[GenerateSerializer, Immutable, Alias("oq.group-settings")]
internal struct GroupSettingsSurrogate
{
    [Id(0)]
    public int Kind;

    [Id(1)]
    public OffsetsCall Start;

    [Id(2)]
    public bool Ephemeral;

    // Null where it was written by a version that knew no leases.
    [Id(3)]
    public QueueSettings? Queue;
}

[RegisterConverter]
internal sealed class GroupSettingsConverter : IConverter<GroupSettings, GroupSettingsSurrogate>
{
    public GroupSettings ConvertFromSurrogate(in GroupSettingsSurrogate surrogate) =>
        new() { Kind = (GroupKind)surrogate.Kind, Start = surrogate.Start.ToQuery(), Ephemeral = surrogate.Ephemeral, Queue = surrogate.Queue ?? new() };

    public GroupSettingsSurrogate ConvertToSurrogate(in GroupSettings value) =>
        new() { Kind = (int)value.Kind, Start = OffsetsCall.Of(value.Start), Ephemeral = value.Ephemeral, Queue = value.Queue };
}

[GenerateSerializer, Immutable, Alias("oq.group-summary")]
internal struct GroupSummarySurrogate
{
    [Id(0)]
    public string Name;

    [Id(1)]
    public int Kind;
}

[RegisterConverter]
internal sealed class GroupSummaryConverter : IConverter<GroupSummary, GroupSummarySurrogate>
{
    public GroupSummary ConvertFromSurrogate(in GroupSummarySurrogate surrogate) => new(surrogate.Name, (GroupKind)surrogate.Kind);

    public GroupSummarySurrogate ConvertToSurrogate(in GroupSummary value) => new() { Name = value.Name, Kind = (int)value.Kind };
}

[GenerateSerializer, Immutable, Alias("oq.group")]
internal struct GroupDescriptionSurrogate
{
    [Id(0)]
    public string Name;

    [Id(1)]
    public GroupSettings Settings;

    [Id(2)]
    public Generation Generation;

    [Id(3)]
    public bool IsPaused;

    [Id(4)]
    public byte[] Members;

    [Id(5)]
    public byte[] Partitions;

    [Id(6)]
    public Timestamp? PausedUntil;
}

[RegisterConverter]
internal sealed class GroupDescriptionConverter : IConverter<GroupDescription, GroupDescriptionSurrogate>
{
    public GroupDescription ConvertFromSurrogate(in GroupDescriptionSurrogate surrogate) => new(
        surrogate.Name,
        surrogate.Settings,
        surrogate.Generation,
        surrogate.IsPaused,
        Rows.ToMembers(surrogate.Members),
        Rows.ToGroupPartitions(surrogate.Partitions))
    {
        PausedUntil = surrogate.PausedUntil,
    };

    public GroupDescriptionSurrogate ConvertToSurrogate(in GroupDescription value) => new()
    {
        Name = value.Name,
        Settings = value.Settings,
        Generation = value.Generation,
        IsPaused = value.IsPaused,
        Members = Rows.Of(value.Members),
        Partitions = Rows.Of(value.Partitions),
        PausedUntil = value.PausedUntil,
    };
}
