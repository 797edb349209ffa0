using System.Text;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Streams.Agents;

namespace OrleansQueue;

/// <summary>
/// Has subscribers go on at another place of their stream, also of one in which nothing happens: Orleans' own <c>ResumeAsync</c> with a token takes
/// effect at the next event. Inject it into grains, or resolve it from the services of a silo or client.
/// </summary>
public sealed class StreamRewinder
{
    // A silo that dies meanwhile cannot be told; the rest, and who takes its place, can.
    private const int MostTries = 5;

    private readonly BrokerClient _client;
    private readonly IGrainFactory _grains;

    internal StreamRewinder(BrokerClient client, IGrainFactory grains) => (_client, _grains) = (client, grains);

    /// <summary>Has a subscriber go on at a place.</summary>
    /// <typeparam name="T">The events.</typeparam>
    /// <param name="handle">The subscription, which becomes the one that is returned.</param>
    /// <param name="observer">Who gets the events.</param>
    /// <param name="start">Where to go on. What retention deleted since is told to <c>OnErrorAsync</c> as <see cref="StreamEventsDeletedException"/>.</param>
    /// <returns>The subscription from now on.</returns>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered.</exception>
    public Task<StreamSubscriptionHandle<T>> RewindAsync<T>(StreamSubscriptionHandle<T> handle, IAsyncObserver<T> observer, StreamStart start) =>
        RewindAsync(handle, start, token => handle.ResumeAsync(observer, token));

    /// <inheritdoc cref="RewindAsync{T}(StreamSubscriptionHandle{T}, IAsyncObserver{T}, StreamStart)"/>
    public Task<StreamSubscriptionHandle<T>> RewindAsync<T>(StreamSubscriptionHandle<T> handle, IAsyncBatchObserver<T> observer, StreamStart start) =>
        RewindAsync(handle, start, token => handle.ResumeAsync(observer, token));

    private async Task<StreamSubscriptionHandle<T>> RewindAsync<T>(
        StreamSubscriptionHandle<T> handle, StreamStart start, Func<OffsetToken, Task<StreamSubscriptionHandle<T>>> resume)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(start);
        var (stream, provider) = (handle.StreamId, handle.ProviderName);
        var resumed = await resume(await TokenOf(stream, start));
        await TellAsync(provider, stream);
        return resumed;
    }

    private async Task<OffsetToken> TokenOf(StreamId stream, StreamStart start)
    {
        if (start.Token is { } known)
        {
            return known;
        }

        var name = Encoding.UTF8.GetString(stream.Namespace.Span);
        return await _client.Context.Background.RunAsync(async () =>
        {
            var topic = await Client.Topics.FindAsync(_client.Context, name, CancellationToken.None);
            var partition = new Partition(Murmur2.PartitionOf(stream.Key.Span, topic.Settings.Partitions));
            var found = await StartPositions.FindAsync(_client.Context, topic, start.Place, [partition], CancellationToken.None);
            return new OffsetToken(found[0].Offset);
        });
    }

    private async Task TellAsync(string provider, StreamId stream)
    {
        var management = _grains.GetGrain<IManagementGrain>(0);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await management.SendControlCommandToProvider<PersistentStreamProvider>(provider, StreamAdapterFactory.Rewind, stream);
                return;
            }
            catch (Exception error) when (tries < MostTries && error is OrleansException or TimeoutException)
            {
                // Asked again.
            }
        }
    }
}
