using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>
/// A sign-up that sends a mail and then logs: three services that do not know each other, chained by two topics. Some mails
/// fail at first, some addresses are no addresses; the log is written in batches, each line once. In the demo's own silo the log is a grain that is
/// subscribed to a stream, in a cluster of others a handler.
/// </summary>
internal sealed class SignUpScenario : IScenario
{
    // A mail waits for its line to be kept, so many partitions let many mails wait at once.
    private const int Partitions = 16;
    private const int OneInBusy = 50;
    private const int OneInBad = 1_000;

    public string Name => "signup";

    public int StepsOf(int messages) => messages;

    public async Task<ScenarioReport> RunAsync(Demo demo, Action step, CancellationToken cancellationToken)
    {
        var (mails, log) = ($"signup-mails-{demo.Run}", demo.IsElsewhere ? $"signup-log-{demo.Run}" : LogGrain.Topic);
        var bad = demo.Messages / OneInBad;
        var server = new MailServer(OneInBusy);
        var book = new LogBook(Path.Combine(demo.Folder, $"{log}.txt"), demo.Messages - bad, step);
        var clock = Stopwatch.StartNew();

        await using var signUp = await demo.Broker.StartServiceAsync(queue => AddMails(queue, mails), static _ => { }, cancellationToken);
        await using var cleaning = new RunCleaning(signUp.Get<BrokerClient>(), signUp.Get<Broker.IBroker>());
        await using var mailing = await demo.Broker.StartServiceAsync(
            queue => AddLog(AddMails(queue, mails), demo, log).AddStreamHandler<SendMail, Mailer>(mails, group: mails, options =>
            {
                options.FirstRetry = TimeSpan.FromMilliseconds(20);
                options.MaxConcurrency = Partitions;
            }),
            services => services.AddSingleton(server),
            cancellationToken);
        await using var logging = await StartLoggingAsync(demo, log, book, cancellationToken);

        var outcomes = await signUp.Get<ITopicProducer<SendMail>>().PublishAsync(Enumerable.Range(1, demo.Messages).Select(SignUp), cancellationToken: cancellationToken);
        for (var number = 0; number < bad; number++)
        {
            step();
        }

        await book.Complete.WaitAsync(cancellationToken);
        var dead = await cleaning.FinishAsync(mails, cancellationToken) + await cleaning.FinishAsync(log, cancellationToken);
        var published = outcomes.Count(outcome => outcome.Error is null);
        return new ScenarioReport(
            Name, published + server.Sent, server.Sent + book.Lines, server.Refusals, dead, clock.Elapsed,
            FindProblem(demo.Messages, published, dead, server, book));
    }

    private static OrleansQueueBuilder AddMails(OrleansQueueBuilder queue, string mails) =>
        queue.AddTopic<SendMail>(mails, topic => topic.Key(mail => mail.User).Partitions(Partitions));

    /// <summary>The topic of mails that were sent, as one stream of one grain.</summary>
    public static void AsStream(TopicBuilder<MailSent> topic) => topic.Key(static _ => LogGrain.Stream).Partitions(1);

    private static OrleansQueueBuilder AddLog(OrleansQueueBuilder queue, Demo demo, string log) =>
        queue.AddTopic<MailSent>(log, demo.IsElsewhere ? static topic => topic.Key(static sent => sent.User) : AsStream);

    /// <summary>The third service; null where it is a grain of the silo.</summary>
    private static async Task<Service?> StartLoggingAsync(Demo demo, string log, LogBook book, CancellationToken cancellationToken)
    {
        if (demo.IsElsewhere)
        {
            return await demo.Broker.StartServiceAsync(
                queue => AddLog(queue, demo, log).AddStreamBatchHandler<MailSent, LogWriter>(log, group: log), services => services.AddSingleton(book), cancellationToken);
        }

        demo.Home.Logs.Book = book;
        return null;
    }

    private static SendMail SignUp(int number) => new(number, $"user-{number}", number % OneInBad == 0 ? "nowhere" : $"user-{number}@example.org");

    private static string? FindProblem(int messages, long published, long dead, MailServer server, LogBook book)
    {
        var bad = messages / OneInBad;
        var logged = File.ReadLines(book.Path).ToHashSet(StringComparer.Ordinal);
        var missing = Enumerable.Range(1, messages).Count(number => number % OneInBad != 0 && !logged.Contains($"user-{number}"));
        return published != messages ? $"{published} of {messages} sign-ups were acknowledged"
            : missing != 0 ? $"{missing} mails are not in the log"
            : book.Lines != messages - bad || logged.Count != book.Lines ? $"the log has {book.Lines} lines of {logged.Count} users, not {messages - bad}"
            : dead != bad ? $"{dead} messages are dead letters, not {bad}"
            : server.Refusals == 0 ? "no mail was tried again, though some had to be"
            : null;
    }
}

/// <summary>A mail that is to be sent to somebody who signed up.</summary>
internal sealed record SendMail(int Number, string User, string Address);

/// <summary>A mail that was sent.</summary>
internal sealed record MailSent(string User);

/// <summary>The second service: it knows the mails to send, and says which it sent.</summary>
internal sealed class Mailer(MailServer server, ITopicProducer<MailSent> sent) : IMessageHandler<SendMail>
{
    public async Task HandleAsync(MessageContext<SendMail> message, CancellationToken cancellationToken)
    {
        server.Send(message.Message, message.Attempt);
        await sent.PublishAsync(new MailSent(message.Message.User), new PublishOptions { MessageId = message.Message.User }, cancellationToken);
        server.CountSent();
    }
}

/// <summary>The third service in a cluster of others: it knows which mails were sent, and writes them down, many at a time.</summary>
internal sealed class LogWriter(LogBook book) : IBatchHandler<MailSent>
{
    public Task HandleAsync(IReadOnlyList<MessageContext<MailSent>> messages, CancellationToken cancellationToken)
    {
        book.Write(messages.Select(message => (message.MessageId, message.Message.User)));
        return Task.CompletedTask;
    }
}

/// <summary>A mail server that is too busy now and then, and knows an address when it sees one.</summary>
internal sealed class MailServer(int oneInBusy)
{
    private long _sent;
    private long _refusals;

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Attempts that failed and that another follows.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    public void Send(SendMail mail, int attempt)
    {
        var isBad = !mail.Address.Contains('@', StringComparison.Ordinal);
        if (attempt < new StreamHandlerOptions().Attempts && (isBad || (attempt == 1 && mail.Number % oneInBusy == 0)))
        {
            Interlocked.Increment(ref _refusals);
            throw new IOException(isBad ? $"{mail.Address} is no address." : "The mail server is busy.");
        }

        if (isBad)
        {
            throw new IOException($"{mail.Address} is no address.");
        }
    }

    public void CountSent() => Interlocked.Increment(ref _sent);
}

/// <summary>The log on disk. A line that comes again, as it may after a failure, is known by its id and not written twice.</summary>
internal sealed class LogBook(string path, int expected, Action step)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path => path;

    public long Lines => _written.Count;

    /// <summary>All that was expected is written.</summary>
    public Task Complete => _complete.Task;

    /// <summary>Nothing more comes.</summary>
    public void Fail(Exception problem) => _complete.TrySetException(problem);

    public void Write(IEnumerable<(string Id, string User)> lines)
    {
        lock (_lock)
        {
            var fresh = lines.Where(line => !_written.Contains(line.Id)).ToList();
            File.AppendAllLines(path, fresh.Select(line => line.User));
            foreach (var (id, _) in fresh)
            {
                _written.Add(id);
                step();
            }

            if (_written.Count >= expected)
            {
                _complete.TrySetResult();
            }
        }
    }
}
