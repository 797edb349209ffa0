using Orleans.Streams;

namespace OrleansQueue.Grains.Tests.Documents;

/// <summary>A grain as an application writes it, which keeps a text.</summary>
public interface INoteGrain : IGrainWithStringKey
{
    Task WriteAsync(string text);

    Task<string?> ReadAsync();

    Task ClearAsync();
}

/// <summary>What <see cref="INoteGrain"/> keeps.</summary>
[GenerateSerializer]
public sealed class Note
{
    [Id(0)]
    public string? Text { get; set; }
}

/// <inheritdoc/>
public sealed class NoteGrain([PersistentState("note")] IPersistentState<Note> state) : Grain, INoteGrain
{
    public Task WriteAsync(string text)
    {
        state.State.Text = text;
        return state.WriteStateAsync();
    }

    public Task<string?> ReadAsync() => Task.FromResult(state.State.Text);

    public Task ClearAsync() => state.ClearStateAsync();
}

/// <summary>A grain that listens to a stream by an explicit subscription.</summary>
public interface IListenerGrain : IGrainWithStringKey
{
    /// <summary>Subscribes, and answers the subscription's id.</summary>
    Task<Guid> SubscribeAsync();

    /// <summary>Goes on with the subscriptions that there are, and answers their ids.</summary>
    Task<List<Guid>> ResumeAsync();

    Task PublishAsync(string text);

    /// <summary>The first text that was heard.</summary>
    Task<string> HeardAsync();
}

/// <inheritdoc/>
[Orleans.Concurrency.Reentrant]
public sealed class ListenerGrain : Grain, IListenerGrain
{
    public const string Provider = "memory";

    private readonly TaskCompletionSource<string> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IAsyncStream<string> Stream => this.GetStreamProvider(Provider).GetStream<string>("texts", "of all");

    public async Task<Guid> SubscribeAsync() => (await Stream.SubscribeAsync(HearAsync)).HandleId;

    public async Task<List<Guid>> ResumeAsync()
    {
        var handles = await Stream.GetAllSubscriptionHandles();
        foreach (var handle in handles)
        {
            await handle.ResumeAsync(HearAsync);
        }

        return [.. handles.Select(handle => handle.HandleId)];
    }

    public Task PublishAsync(string text) => Stream.OnNextAsync(text);

    public Task<string> HeardAsync() => _heard.Task;

    private Task HearAsync(string text, StreamSequenceToken? token)
    {
        _heard.TrySetResult(text);
        return Task.CompletedTask;
    }
}
