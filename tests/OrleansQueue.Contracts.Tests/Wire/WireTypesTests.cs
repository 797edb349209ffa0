using System.Reflection;
using Orleans.Serialization.Invocation;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Tests.Support;
using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>What may come in over the wire is a closed list, and what it is called there has nothing to do with names in the code.</summary>
public sealed class WireTypesTests
{
    [Fact]
    public void Types_that_can_be_deserialised_are_those_of_the_list() => Assert.Equal(
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "types.txt")),
        Ours.WireTypes.Select(type => AliasOf(type) is { } alias ? $"{type.FullName} {alias}" : type.FullName!));

    [Fact]
    public void Every_generated_or_written_codec_is_for_a_type_of_the_list()
    {
        var marked = Ours.Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !typeof(IInvokable).IsAssignableFrom(type));

        Assert.Empty(marked.Except(Ours.WireTypes));
    }

    [Fact]
    public void No_assembly_of_ours_lets_any_type_in()
    {
        Assert.False(Ours.Manifest.AllowAllTypes);
        Assert.DoesNotContain(Ours.Manifest.AllowedTypes, name => name.Contains("OrleansQueue", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_type_that_is_written_field_by_field_has_an_alias()
    {
        // A value of Core is written as its surrogate, which has one.
        var values = ConvertersOf().Select(converter => converter.Value);

        Assert.All(Ours.WireTypes.Except(values), type => Assert.NotNull(AliasOf(type)));
        Assert.All(ConvertersOf(), converter => Assert.NotNull(AliasOf(converter.Surrogate)));
    }

    [Fact]
    public void Every_alias_is_given_once() =>
        Assert.Equal(Ours.WireTypes.Concat(Ours.GrainInterfaces).Select(AliasOf).OfType<string>().Distinct(), Ours.WireTypes.Concat(Ours.GrainInterfaces).Select(AliasOf).OfType<string>());

    [Fact]
    public void Every_field_has_a_number_of_its_own() => Assert.All(
        Ours.WireTypes.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)),
        type =>
        {
            var fields = FieldsOf(type).ToList();

            Assert.NotEmpty(fields);
            Assert.All(fields, field => Assert.True(IdOf(type, field) is not null, $"{type.Name}.{field.Name} has no number."));
            Assert.Equal(fields.Count, fields.Select(field => IdOf(type, field)).Distinct().Count());
        });

    [Fact]
    public void Numbers_of_enums_never_change() => Assert.Equal(
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "enums.txt")),
        EnumsOnTheWire().Select(type => $"{type.Name}: {string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => $"{value} = {Convert.ToInt64(value, null)}"))}"));

    /// <summary>Enums of answers, and those of Core that cross as a number.</summary>
    private static IEnumerable<Type> EnumsOnTheWire() =>
        typeof(BatchFrame).Assembly.GetTypes().Where(type => type.IsEnum)
            .Concat([typeof(GroupKind), typeof(CommitRefusalReason), typeof(SettlementKind), typeof(Queues.ProbeState), typeof(Queues.QueuePermit)])
            .Concat(typeof(Topics.TopicSettings).GetProperties().Select(property => property.PropertyType).Where(type => type.IsEnum))
            .OrderBy(type => type.Name, StringComparer.Ordinal);

    private static IEnumerable<(Type Value, Type Surrogate)> ConvertersOf() =>
        from converter in Ours.Manifest.Converters
        where Ours.Assemblies.Contains(converter.Assembly)
        let kind = converter.GetInterfaces().Single(kind => kind.IsGenericType && kind.GetGenericTypeDefinition() == typeof(IConverter<,>))
        select (kind.GenericTypeArguments[0], kind.GenericTypeArguments[1]);

    private static string? AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias;

    /// <summary>All that a type keeps: its fields, and the properties that keep something.</summary>
    private static IEnumerable<MemberInfo> FieldsOf(Type type) =>
        from field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        let name = field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : null
        select name is null ? field : (MemberInfo)type.GetProperty(name)!;

    private static uint? IdOf(Type type, MemberInfo member) => member.GetCustomAttribute<IdAttribute>()?.Id;
}
