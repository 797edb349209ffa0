namespace OrleansQueue.Client.Tests.Support;

/// <summary>What handlers saw, and what they are to do: the test's side of them.</summary>
internal sealed class HandlerScript
{
    public List<MessageContext> Seen { get; } = [];

    public List<IReadOnlyList<string>> Batches { get; } = [];

    public List<object> Scopes { get; } = [];

    /// <summary>Is run for each message; it may throw and wait.</summary>
    public Func<MessageContext<string>, CancellationToken, Task> OnMessage { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Is run for each batch; it may throw and wait.</summary>
    public Func<IReadOnlyList<MessageContext<string>>, Task> OnBatch { get; set; } = static _ => Task.CompletedTask;

    public IEnumerable<string> Texts => Seen.OfType<MessageContext<string>>().Select(message => message.Message);
}

/// <summary>One for each scope.</summary>
internal sealed class Scoped;

internal sealed class ScriptedHandler(HandlerScript script, Scoped scoped) : IMessageHandler<string>
{
    public Task HandleAsync(MessageContext<string> message, CancellationToken cancellationToken)
    {
        script.Seen.Add(message);
        script.Scopes.Add(scoped);
        return script.OnMessage(message, cancellationToken);
    }
}

internal sealed class ScriptedBatchHandler(HandlerScript script) : IBatchHandler<string>
{
    public Task HandleAsync(IReadOnlyList<MessageContext<string>> messages, CancellationToken cancellationToken)
    {
        script.Batches.Add([.. messages.Select(message => message.Message)]);
        return script.OnBatch(messages);
    }
}

internal sealed class NumberHandler(HandlerScript script) : IMessageHandler<int>
{
    public Task HandleAsync(MessageContext<int> message, CancellationToken cancellationToken)
    {
        script.Seen.Add(message);
        return Task.CompletedTask;
    }
}
