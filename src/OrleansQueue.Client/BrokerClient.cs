using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>Opens producers, readers and consumers over a broker. It holds nothing itself; what it opens is disposed by who opened it.</summary>
public sealed class BrokerClient
{
    /// <summary>A client of a broker.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="options">Default: those of <see cref="ClientOptions"/>.</param>
    /// <param name="clock">The time. Default: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BrokerClient(IBroker broker, ClientOptions? options = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(broker);
        options ??= new ClientOptions();
        ThrowIfWrong(options.Check());
        Context = new ClientContext(broker, options, clock ?? TimeProvider.System, new Background(options.Scheduler));
    }

    internal ClientContext Context { get; }

    /// <summary>What operators do with consumer groups.</summary>
    public GroupAdmin Groups => new(Context);

    /// <summary>What operators do with the cluster.</summary>
    public ClusterAdmin Cluster => new(Context);

    /// <summary>What operators do with messages that groups gave up.</summary>
    public DeadLetterAdmin DeadLetters => new(Context);

    /// <summary>Opens a producer of bytes; waits through an outage up to <see cref="ClientOptions.ConnectTimeout"/>.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="options">Default: those of <see cref="ProducerOptions"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">There is no such topic, and <see cref="ClientOptions.AutoCreateTopics"/> is off.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    /// <exception cref="ArgumentException">The name or an option is out of its range.</exception>
    public Task<TopicProducer> OpenProducerAsync(string topic, ProducerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ProducerOptions();
        ThrowIfWrong(options.Check());
        return Context.Background.RunAsync(() => TopicProducer.OpenAsync(Context, topic, options, cancellationToken));
    }

    /// <summary>Opens a producer of messages of a type.</summary>
    /// <inheritdoc cref="OpenProducerAsync(string, ProducerOptions?, CancellationToken)"/>
    /// <typeparam name="T">The messages.</typeparam>
    /// <param name="topic">The topic's name.</param>
    /// <param name="options">How messages become records.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TopicProducer<T>> OpenProducerAsync<T>(string topic, TypedProducerOptions<T> options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfWrong(options.Check());
        return Context.Background.RunAsync(
            async () => new TopicProducer<T>(await TopicProducer.OpenAsync(Context, topic, options.Producer, cancellationToken), options));
    }

    /// <summary>Opens a reader without a group; waits through an outage up to <see cref="ClientOptions.ConnectTimeout"/>.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="options">Default: those of <see cref="ReaderOptions"/>, which begin at the end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="UnknownPartitionException">The topic has no such partition.</exception>
    /// <exception cref="PartitionDamagedException">The place to begin cannot be found, since what had to be read is damaged.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    /// <exception cref="ArgumentException">The name or an option is out of its range.</exception>
    public Task<TopicReader> OpenReaderAsync(string topic, ReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ReaderOptions();
        ThrowIfWrong(options.Check());
        return Context.Background.RunAsync(() => TopicReader.OpenAsync(Context, topic, options, cancellationToken));
    }

    /// <summary>Joins a consumer group, and reads messages of some topics as bytes.</summary>
    /// <param name="group">The group's name; it is created where there is none, unless the options say otherwise.</param>
    /// <param name="topics">The names of the topics, at least one.</param>
    /// <param name="options">Default: those of <see cref="ConsumerOptions"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="GroupDeletedException">There is no such group, and it is not to be created.</exception>
    /// <exception cref="GroupKindException">The group is of another kind.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    /// <exception cref="ArgumentException">A name or an option is out of its range.</exception>
    public Task<TopicConsumer> OpenConsumerAsync(
        string group, IReadOnlyList<string> topics, ConsumerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ConsumerOptions();
        ThrowIfWrong(options.Check() ?? GroupName.Check(group) ?? CheckTopics(topics));
        return Context.Background.RunAsync(() => TopicConsumer.OpenAsync(Context, group, topics, options, cancellationToken));
    }

    /// <summary>Joins a consumer group, and reads messages of one topic as bytes.</summary>
    /// <inheritdoc cref="OpenConsumerAsync(string, IReadOnlyList{string}, ConsumerOptions?, CancellationToken)"/>
    /// <param name="group">The group's name.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="options">Default: those of <see cref="ConsumerOptions"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TopicConsumer> OpenConsumerAsync(string group, string topic, ConsumerOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenConsumerAsync(group, [topic], options, cancellationToken);

    /// <summary>Joins a consumer group, and reads messages of a type.</summary>
    /// <inheritdoc cref="OpenConsumerAsync(string, IReadOnlyList{string}, ConsumerOptions?, CancellationToken)"/>
    /// <typeparam name="T">The messages.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="topics">The names of the topics, at least one.</param>
    /// <param name="serializer">Reads the messages. Default: the one that producers of the type have by default.</param>
    /// <param name="options">Default: those of <see cref="ConsumerOptions"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TopicConsumer<T>> OpenConsumerAsync<T>(
        string group, IReadOnlyList<string> topics, IMessageSerializer<T>? serializer = null, ConsumerOptions? options = null, CancellationToken cancellationToken = default) =>
        new(await OpenConsumerAsync(group, topics, options, cancellationToken), serializer ?? DefaultSerializer.Of<T>());

    /// <summary>Joins a queue group, and takes messages of a type, each leased to this member until it is settled.</summary>
    /// <inheritdoc cref="OpenConsumerAsync(string, IReadOnlyList{string}, ConsumerOptions?, CancellationToken)"/>
    /// <typeparam name="T">The messages; bytes as they are where it is <c>byte[]</c> or <c>ReadOnlyMemory&lt;byte&gt;</c>.</typeparam>
    /// <param name="group">The group's name; it is created where there is none, unless the options say otherwise.</param>
    /// <param name="topics">The names of the topics, at least one.</param>
    /// <param name="options">Default: those of <see cref="QueueConsumerOptions"/>.</param>
    /// <param name="serializer">Reads the messages. Default: the one that producers of the type have by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<QueueConsumer<T>> OpenQueueConsumerAsync<T>(
        string group, IReadOnlyList<string> topics, QueueConsumerOptions? options = null, IMessageSerializer<T>? serializer = null, CancellationToken cancellationToken = default)
    {
        options ??= new QueueConsumerOptions();
        ThrowIfWrong(options.Check() ?? GroupName.Check(group) ?? CheckTopics(topics));
        return Context.Background.RunAsync(
            () => QueueConsumer<T>.OpenAsync(Context, group, topics, serializer ?? DefaultSerializer.Of<T>(), options, cancellationToken));
    }

    /// <summary>Opens a partition to lease and settle messages of it call by call, without a membership.</summary>
    /// <param name="group">The group, of kind Queue; it must be there, see <see cref="GroupAdmin.CreateAsync"/>.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="owner">Who leases, for people: 1 to 255 characters without controls. Default: the name of the machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    /// <exception cref="ArgumentException">A name is out of its range.</exception>
    public Task<QueuePartition> OpenQueuePartitionAsync(string group, string topic, Partition partition, string? owner = null, CancellationToken cancellationToken = default)
    {
        owner ??= Environment.MachineName;
        ThrowIfWrong(GroupName.Check(group) ?? GroupName.CheckMember(owner));
        return Context.Background.RunAsync(async () => new QueuePartition(
            Context, group, topic, new((await Topics.FindAsync(Context, topic, cancellationToken)).Id, partition), owner));
    }

    private static Refusal? CheckTopics(IReadOnlyList<string> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return topics.Count == 0 ? Refusal.Of("topics", 0, "at least 1") : topics.Select(TopicName.Check).FirstOrDefault(wrong => wrong is not null);
    }

    private static void ThrowIfWrong(Refusal? wrong)
    {
        if (wrong is not null)
        {
            throw new ArgumentException(wrong.ToString());
        }
    }
}
