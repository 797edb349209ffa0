using System.Reflection;
using OrleansQueue.Broker;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>A broker that answers fetches as a test says, and is asked for nothing else.</summary>
public class AnsweringBroker : DispatchProxy
{
    private Queue<FetchResult> _answers = new();

    /// <summary>One that gives these answers, one after the other.</summary>
    public static IBroker Of(params FetchResult[] answers)
    {
        var broker = Create<IBroker, AnsweringBroker>();
        ((AnsweringBroker)broker)._answers = new Queue<FetchResult>(answers);
        return broker;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.Name == nameof(IBroker.FetchAsync) ? new ValueTask<FetchResult>(_answers.Dequeue()) : throw new NotSupportedException(targetMethod?.Name);
}
