using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>
/// What a broker would refuse of a single message, found before the message enters a batch, where it would take the others
/// down with it.
/// </summary>
internal static class MessageRules
{
    private static readonly BatchLimits Limits = BatchLimits.Default;

    /// <summary>What is wrong with a record, or null.</summary>
    public static Refusal? Check(scoped in OutgoingRecord record)
    {
        if (record.Key.Span.Length > Limits.MaxKeyBytes)
        {
            return Refusal.Of("record key size", record.Key.Span.Length, $"at most {Limits.MaxKeyBytes} bytes");
        }

        if (record.Headers.Length > Limits.MaxHeaders)
        {
            return Refusal.Of("header count", record.Headers.Length, $"at most {Limits.MaxHeaders}");
        }

        if (record.HeaderBytes > Limits.MaxHeaderBytes)
        {
            return Refusal.Of("header size", record.HeaderBytes, $"at most {Limits.MaxHeaderBytes} bytes of names and values");
        }

        return record.MessageBytes > Limits.MaxMessageBytes
            ? Refusal.Of("message size", record.MessageBytes, $"at most {Limits.MaxMessageBytes} bytes of key, value and headers")
            : null;
    }

    /// <summary>What is wrong with what an application asks for, or null.</summary>
    public static Refusal? Check(PublishOptions options)
    {
        if (options.MessageId is { } id && (id.Length == 0 || Encoding.UTF8.GetByteCount(id) > PublishOptions.MaxMessageIdBytes))
        {
            return Refusal.OfText("message id", id, $"1 to {PublishOptions.MaxMessageIdBytes} bytes of UTF-8");
        }

        if (options.CorrelationId is { } correlation && (correlation.Length == 0 || Encoding.UTF8.GetByteCount(correlation) > PublishOptions.MaxMessageIdBytes))
        {
            return Refusal.OfText("correlation id", correlation, $"1 to {PublishOptions.MaxMessageIdBytes} bytes of UTF-8");
        }

        if (options.ReplyTo is { } topic && TopicName.Check(topic) is { } wrong)
        {
            return wrong with { Field = "reply-to topic" };
        }

        if (options.TimeToLive is { } time && time <= TimeSpan.Zero)
        {
            return Refusal.OfText("time to live", time.ToString(), "more than 0");
        }

        foreach (var header in options.Headers)
        {
            if (header.Name is null || header.Name.StartsWith(HeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase))
            {
                return Refusal.OfText("header name", header.Name ?? "null", $"a name that does not begin with {HeaderNames.ReservedPrefix}, which are OrleansQueue's own");
            }
        }

        return null;
    }
}
