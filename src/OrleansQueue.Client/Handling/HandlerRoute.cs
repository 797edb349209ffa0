using Microsoft.Extensions.DependencyInjection;

namespace OrleansQueue.Client;

/// <summary>How a handler gets batches.</summary>
/// <param name="MaxMessages">The most messages of a batch.</param>
/// <param name="MaxWait">How long the first one waits for more.</param>
internal sealed record BatchShape(int MaxMessages, TimeSpan MaxWait)
{
    /// <summary>What is wrong with it, or null.</summary>
    public Refusal? Check() => this switch
    {
        { MaxMessages: < 1 } => Refusal.Of("batch max messages", MaxMessages, "1 or more"),
        _ when MaxWait < TimeSpan.Zero => Refusal.OfText("batch max wait", MaxWait.ToString(), "0 or more"),
        _ => null,
    };
}

/// <summary>A handler, and which messages of a topic are its.</summary>
/// <param name="alias">The alias that the messages carry; null takes all that no other handler of the topic takes.</param>
/// <param name="batch">How it gets batches; null where it gets messages one by one.</param>
internal abstract class HandlerRoute(string? alias, BatchShape? batch)
{
    public string? Alias => alias;

    public int MaxMessages => batch?.MaxMessages ?? 1;

    public TimeSpan MaxWait => batch?.MaxWait ?? TimeSpan.Zero;

    /// <summary>Reads a message.</summary>
    /// <exception cref="MessageFormatException">It is none of the type.</exception>
    public abstract MessageContext Read(Delivery raw, string group, int attempt);

    /// <summary>Has messages processed by a handler from <paramref name="services"/>.</summary>
    public abstract Task HandleAsync(IServiceProvider services, IReadOnlyList<MessageContext> messages, CancellationToken cancellationToken);
}

/// <summary>What the routes of one type have in common.</summary>
internal abstract class HandlerRoute<T>(string? alias, BatchShape? batch, IMessageSerializer<T> serializer) : HandlerRoute(alias, batch)
{
    public override MessageContext Read(Delivery raw, string group, int attempt) =>
        new MessageContext<T>(raw, group, attempt, raw.IsTombstone ? default : raw.Read(serializer));
}

/// <summary>To a handler of single messages.</summary>
internal sealed class MessageRoute<T, THandler>(string? alias, IMessageSerializer<T> serializer) : HandlerRoute<T>(alias, null, serializer)
    where THandler : class, IMessageHandler<T>
{
    public override Task HandleAsync(IServiceProvider services, IReadOnlyList<MessageContext> messages, CancellationToken cancellationToken) =>
        services.GetRequiredService<THandler>().HandleAsync((MessageContext<T>)messages[0], cancellationToken);
}

/// <summary>To a handler of batches.</summary>
internal sealed class BatchRoute<T, THandler>(string? alias, IMessageSerializer<T> serializer, BatchShape batch)
    : HandlerRoute<T>(alias, batch, serializer)
    where THandler : class, IBatchHandler<T>
{
    public override Task HandleAsync(IServiceProvider services, IReadOnlyList<MessageContext> messages, CancellationToken cancellationToken) =>
        services.GetRequiredService<THandler>().HandleAsync([.. messages.Cast<MessageContext<T>>()], cancellationToken);
}
