using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>What is logged when a host starts. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class HostingLog
{
    public const string Category = "OrleansQueue.Hosting";

    [LoggerMessage(2030, LogLevel.Information, "Topic {Topic} was created.")]
    public static partial void TopicCreated(this ILogger logger, string topic);

    [LoggerMessage(2031, LogLevel.Warning, "Topic {Topic}: {Setting} is {Actual}, but the application says {Wanted}. The topic stays as it is; ApplyChanges would change it.")]
    public static partial void TopicDiffers(this ILogger logger, string topic, string setting, string actual, string wanted);

    [LoggerMessage(2032, LogLevel.Information, "Topic {Topic} was changed to what the application says.")]
    public static partial void TopicChanged(this ILogger logger, string topic);
}
