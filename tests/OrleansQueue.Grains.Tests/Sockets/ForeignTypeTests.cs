using System.Buffers;
using System.Collections;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Session;
using Orleans.Serialization.WireProtocol;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Grains.Tests.Sockets;

/// <summary>
/// A message names a type that no message of ours has. Orleans lets names of assemblies pass that have "Orleans" in theirs, as ours
/// do; what keeps such a type out is that nothing knows how to read it.
/// </summary>
public sealed class ForeignTypeTests(SiloOnSockets silo) : IClassFixture<SiloOnSockets>
{
    // Whoever writes such a message has no list of what is allowed.
    private static readonly ServiceProvider Hostile =
        new ServiceCollection().AddSerializer().Configure<TypeManifestOptions>(options => options.AllowAllTypes = true).BuildServiceProvider();

    public static TheoryData<Type> Foreign => new()
    {
        typeof(Process),
        typeof(Process[]),
        typeof(List<Process>),
        typeof(Dictionary<string, List<ProcessStartInfo>>),
        typeof(FileStream),
        typeof(FileInfo[]),
        typeof(Hashtable),
        typeof(FileLogStore),
        typeof(FileStoreOptions),
        typeof(List<FileStoreOptions>),
        typeof(FileStoreOptions[][]),
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Type_that_no_message_has_is_not_made(Type type)
    {
        var bytes = Naming(type);

        var refused = Assert.ThrowsAny<Exception>(() => silo.Services.GetRequiredService<Serializer>().Deserialize<object>(bytes));

        Assert.True(refused is CodecNotFoundException or TypeMissingException or InvalidOperationException, refused.ToString());
    }

    /// <summary>An object of that type without any field.</summary>
    private static byte[] Naming(Type type)
    {
        using var session = Hostile.GetRequiredService<SerializerSessionPool>().GetSession();
        var buffer = new ArrayBufferWriter<byte>();
        var writer = Writer.Create(buffer, session);
        writer.WriteFieldHeader(0, typeof(object), type, WireType.TagDelimited);
        writer.WriteEndObject();
        writer.Commit();
        return buffer.WrittenSpan.ToArray();
    }
}
