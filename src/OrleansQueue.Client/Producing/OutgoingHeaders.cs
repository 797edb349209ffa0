using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Gathers the headers of one message as they will be stored; used again for the next one.</summary>
internal sealed class OutgoingHeaders
{
    private static readonly byte[] MessageId = Encoding.UTF8.GetBytes(HeaderNames.MessageId);
    private static readonly byte[] CorrelationId = Encoding.UTF8.GetBytes(HeaderNames.CorrelationId);
    private static readonly byte[] ReplyTo = Encoding.UTF8.GetBytes(HeaderNames.ReplyTo);
    private static readonly byte[] Expires = Encoding.UTF8.GetBytes(HeaderNames.Expires);
    private static readonly byte[] TraceParent = Encoding.UTF8.GetBytes(HeaderNames.TraceParent);
    private static readonly byte[] TraceState = Encoding.UTF8.GetBytes(HeaderNames.TraceState);

    private readonly List<RecordHeader> _headers = [];

    public ReadOnlySpan<RecordHeader> Span => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_headers);

    /// <summary>Forgets the message before, so that nothing of it is kept alive.</summary>
    public void Clear() => _headers.Clear();

    public void Add(ReadOnlySpan<RecordHeader> headers) => _headers.AddRange(headers);

    /// <summary>Adds what the options ask for, and what belongs to it.</summary>
    public void Add(PublishOptions options, TimeProvider clock)
    {
        if (options.MessageId is { } id)
        {
            _headers.Add(new(MessageId, Encoding.UTF8.GetBytes(id)));
        }

        if (options.CorrelationId is { } correlation)
        {
            _headers.Add(new(CorrelationId, Encoding.UTF8.GetBytes(correlation)));
        }

        if (options.ReplyTo is { } topic)
        {
            _headers.Add(new(ReplyTo, Encoding.UTF8.GetBytes(topic)));
        }

        if (options.TimeToLive is { } time)
        {
            var expires = Timestamp.Now(clock).Plus(time).UnixMilliseconds.ToString(CultureInfo.InvariantCulture);
            _headers.Add(new(Expires, Encoding.UTF8.GetBytes(expires)));
        }

        foreach (var header in options.Headers)
        {
            _headers.Add(new(Encoding.UTF8.GetBytes(header.Name), header.Value));
        }
    }

    /// <summary>Adds the trace in which the message is published, or else its caller is, where there is one and the application did not name another.</summary>
    public void AddTrace(PublishOptions? options, Activity? publish)
    {
        if ((publish ?? Activity.Current) is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity
            || options?.Headers.Any(header => header.Name == HeaderNames.TraceParent) == true)
        {
            return;
        }

        _headers.Add(new(TraceParent, Encoding.UTF8.GetBytes(id)));
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            _headers.Add(new(TraceState, Encoding.UTF8.GetBytes(activity.TraceStateString)));
        }
    }
}
