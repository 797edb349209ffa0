namespace OrleansQueue.Client;

/// <summary>How messages of a type become records.</summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed record TypedProducerOptions<T>
{
    private const int MaxAlias = 255;

    /// <summary>Gives a message its key, where <see cref="PublishOptions.Key"/> does not. Default: none, messages have no key.</summary>
    public Func<T, MessageKey>? Key { get; init; }

    /// <summary>Writes the messages. Default: JSON, see <see cref="JsonMessageSerializer{T}"/>; bytes as they are where T is <c>byte[]</c> or <c>ReadOnlyMemory&lt;byte&gt;</c>.</summary>
    public IMessageSerializer<T>? Serializer { get; init; }

    /// <summary>What consumers of a topic with several types know this one by: header <c>oq-type</c>. Default: none, and no header.</summary>
    public string? TypeAlias { get; init; }

    /// <summary>How the producer sends. Default: those of <see cref="ProducerOptions"/>.</summary>
    public ProducerOptions Producer { get; init; } = new();

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => TypeAlias is { Length: 0 or > MaxAlias } ? Refusal.OfText("type alias", TypeAlias, $"1 to {MaxAlias} characters") : Producer.Check();
}
