using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Whether a client makes of an answer what the broker meant: it settles what it was shown, which is what it leased, each message as it was sent.</summary>
internal static class LeaseCheck
{
    /// <summary>What is wrong with the messages that a client reads in an answer; null where nothing is.</summary>
    public static string? FindProblem(LeaseResult.Leased leased, IReadOnlyList<HeldMessage> messages)
    {
        var meant = QueueLedger.OffsetsOf(leased).Select(static message => message.Offset).ToList();
        var shown = messages.Select(static message => message.Delivery.Offset.Value).ToList();
        var settled = messages.SelectMany(static message => Enumerable.Range(0, (int)(message.End.Value - message.First.Value)).Select(i => message.First.Value + i)).ToList();
        return true switch
        {
            _ when !shown.SequenceEqual(meant) => $"lease {leased.Lease.Number} is of {string.Join(' ', meant)} and shows {string.Join(' ', shown)}",
            _ when !settled.SequenceEqual(meant) => $"lease {leased.Lease.Number} is of {string.Join(' ', meant)} and its messages are settled as {string.Join(' ', settled)}",
            _ when messages.Any(static message => message.Delivery.Value is not { } value || Messages.NumberOf(value.Span) is null) =>
                $"lease {leased.Lease.Number} has a message that is not as it was sent",
            _ => null,
        };
    }
}
