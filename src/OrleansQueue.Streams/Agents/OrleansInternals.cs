using System.Runtime.CompilerServices;
using Orleans.Streams;

namespace OrleansQueue.Streams.Agents;

/// <summary>
/// What Orleans' streams keep to themselves and this provider needs: the token of a handshake, and two calls to a consumer. Everything of the
/// kind is here, and a silo does not start with an Orleans that has it no more.
/// </summary>
internal static class OrleansInternals
{
    private const string Handshake = "Orleans.Streams.StreamHandshakeToken, Orleans.Streaming";
    private const string ConsumerExtension = "Orleans.Streams.IStreamConsumerExtension, Orleans.Streaming";
    private const string Delivery = "Orleans.Streams.DeliveryToken, Orleans.Streaming";

    /// <summary>The interface by which an agent calls consumers.</summary>
    public static Type Consumer { get; } = Type.GetType(ConsumerExtension, throwOnError: true)!;

    private static Type DeliveryType { get; } = Type.GetType(Delivery, throwOnError: true)!;

    /// <summary>Makes sure that all of it is there.</summary>
    /// <exception cref="MissingMemberException">It is not.</exception>
    public static void Check()
    {
        var made = Of(new OffsetToken(1), isDelivery: false);
        if (TokenOf(made)?.SequenceNumber != 1 || TokenOf(Of(new OffsetToken(1), isDelivery: true)) is null || Consumer.GetMethod("ErrorInStream") is null || Consumer.GetMethod("GetSequenceToken") is null)
        {
            throw new MissingMemberException($"This version of Orleans' streams is not the one that {nameof(OrleansQueue)}.{nameof(Streams)} was made for.");
        }
    }

    /// <summary>The token in a handshake, which may be null.</summary>
    public static StreamSequenceToken? TokenOf(object? handshake) => handshake is null ? null : GetToken(handshake);

    /// <summary>A handshake with another token and of the same kind.</summary>
    public static object Like(object handshake, StreamSequenceToken token) => Of(token, DeliveryType.IsInstanceOfType(handshake));

    /// <summary>A handshake by which a consumer says where it wants to begin.</summary>
    public static object Start(StreamSequenceToken token) => Of(token, isDelivery: false);

    /// <summary>Asks a consumer what it expects next.</summary>
    public static async Task<StreamSequenceToken?> AskAsync(object consumer, GuidId subscription)
    {
        var asking = (Task)Consumer.GetMethod("GetSequenceToken")!.Invoke(consumer, [subscription])!;
        await asking;
        return TokenOf(asking.GetType().GetProperty("Result")!.GetValue(asking)) is var token && token is Tokens.BoundToken bound ? bound.Original : token;
    }

    /// <summary>Tells a consumer of an error in its stream.</summary>
    public static Task TellAsync(object consumer, GuidId subscription, Exception error) =>
        (Task)Consumer.GetMethod("ErrorInStream")!.Invoke(consumer, [subscription, error])!;

    private static object Of(StreamSequenceToken token, bool isDelivery) => isDelivery ? CreateDelivery(null, token) : CreateStart(null, token);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "CreateStartToken")]
    [return: UnsafeAccessorType(Handshake)]
    private static extern object CreateStart([UnsafeAccessorType(Handshake)] object? type, StreamSequenceToken token);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "CreateDeliveyToken")]
    [return: UnsafeAccessorType(Handshake)]
    private static extern object CreateDelivery([UnsafeAccessorType(Handshake)] object? type, StreamSequenceToken token);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Token")]
    private static extern StreamSequenceToken? GetToken([UnsafeAccessorType(Handshake)] object handshake);
}
