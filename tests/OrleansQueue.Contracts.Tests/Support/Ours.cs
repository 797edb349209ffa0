using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Invocation;
using Orleans.Serialization.Serializers;

namespace OrleansQueue.Contracts.Tests.Support;

/// <summary>What Orleans was told of the types of our assemblies, and its serializer as a cluster uses it.</summary>
internal static class Ours
{
    private static readonly Type[] KindsOfCodecs =
    [
        typeof(IFieldCodec<>), typeof(IBaseCodec<>), typeof(IValueSerializer<>), typeof(IConverter<,>), typeof(IDeepCopier<>), typeof(IBaseCopier<>),
    ];

    /// <summary>Every assembly of the product that was built for these tests.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "OrleansQueue.*.dll")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Assembly.Load),
    ];

    private static ServiceProvider Services { get; } = Build();

    public static Serializer Serializer => Get<Serializer>();

    /// <summary>What a call within one silo hands over.</summary>
    public static T Copy<T>(T value) => Get<DeepCopier>().Copy(value);

    public static T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public static TypeManifestOptions Manifest => Get<IOptions<TypeManifestOptions>>().Value;

    /// <summary>Every type of ours that a codec, a converter or a copier is registered for. Calls of grains have tests of their own.</summary>
    public static IReadOnlyList<Type> WireTypes { get; } =
    [
        .. Manifest.Serializers.Concat(Manifest.FieldCodecs).Concat(Manifest.Converters).Concat(Manifest.Copiers)
            .SelectMany(Served)
            .Where(type => Assemblies.Contains(type.Assembly) && !typeof(IInvokable).IsAssignableFrom(type))
            .Distinct()
            .OrderBy(type => type.FullName, StringComparer.Ordinal),
    ];

    /// <summary>Every grain interface of ours.</summary>
    public static IReadOnlyList<Type> GrainInterfaces { get; } =
    [
        .. Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            .OrderBy(type => type.FullName, StringComparer.Ordinal),
    ];

    /// <summary>The types that a codec, a converter or a copier serves.</summary>
    private static IEnumerable<Type> Served(Type codec) =>
        from kind in codec.GetInterfaces()
        where kind.IsGenericType && KindsOfCodecs.Contains(kind.GetGenericTypeDefinition())
        from served in kind.GetGenericArguments()
        where !served.IsGenericParameter
        select served;

    private static ServiceProvider Build()
    {
        var services = new ServiceCollection();
        services.AddSerializer(builder =>
        {
            builder.AddAssembly(typeof(GrainId).Assembly);
            foreach (var assembly in Assemblies)
            {
                builder.AddAssembly(assembly);
            }
        });
        return services.BuildServiceProvider();
    }
}
