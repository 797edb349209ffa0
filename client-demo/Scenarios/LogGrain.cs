using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>The log of the sign-ups.</summary>
[Alias("demo.ILogGrain")]
public interface ILogGrain : IGrainWithStringKey;

/// <summary>
/// The third service where the demo has a silo of its own: it knows which mails were sent as the events of a stream, and writes them down, many at a time.
/// Nobody calls it; Orleans activates it with the first event.
/// </summary>
[ImplicitStreamSubscription(Topic)]
internal sealed class LogGrain(LogShelf shelf) : Grain, ILogGrain, IStreamSubscriptionObserver, IAsyncBatchObserver<MailSent>
{
    /// <summary>The topic of the mails that were sent, which is the namespace of the stream.</summary>
    public const string Topic = "signup-log";

    /// <summary>The one stream, which is the key of every message.</summary>
    public const string Stream = "mails";

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<MailSent>().ResumeAsync(this);

    public Task OnNextAsync(IList<SequentialItem<MailSent>> items)
    {
        shelf.Book.Write(items.Select(static sent => (sent.Item.User, sent.Item.User)));
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        shelf.Book.Fail(ex);
        return Task.CompletedTask;
    }
}

/// <summary>Where the grain finds the log of the run.</summary>
internal sealed class LogShelf
{
    private LogBook? _book;

    public LogBook Book
    {
        get => _book ?? throw new InvalidOperationException("There is no log yet.");
        set => _book = value;
    }
}
