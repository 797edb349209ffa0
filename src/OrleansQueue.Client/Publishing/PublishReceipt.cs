using System.Globalization;

namespace OrleansQueue.Client;

/// <summary>What the broker says of a message that it took.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Its place there; null where the broker no longer remembers the place of a repeated batch.</param>
/// <param name="Durability">What the message survives.</param>
/// <param name="Duplicate">Whether an earlier attempt had stored it already. It is stored once either way.</param>
public readonly record struct PublishReceipt(string Topic, Partition Partition, Offset? Offset, Durability Durability, bool Duplicate)
{
    /// <summary>One line: <c>orders 2@0 fsync</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Topic} {Partition}@{Offset?.ToString() ?? "?"} {NameOf(Durability)}{(Duplicate ? " duplicate" : "")}");

    private static string NameOf(Durability durability) => durability switch
    {
        Durability.Fsync => "fsync",
        Durability.Os => "os",
        Durability.Memory => "memory",
        _ => ((int)durability).ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>What became of one message of several: a receipt or an exception.</summary>
public readonly record struct PublishOutcome
{
    private readonly PublishReceipt _receipt;

    /// <summary>The message is stored.</summary>
    public PublishOutcome(PublishReceipt receipt) => _receipt = receipt;

    /// <summary>The message is not stored, or nobody knows.</summary>
    public PublishOutcome(Exception error) => Error = error;

    /// <summary>What went wrong, or null where the message is stored.</summary>
    public Exception? Error { get; }

    /// <summary>The receipt.</summary>
    /// <exception cref="InvalidOperationException">There is none; <see cref="Error"/> says why.</exception>
    public PublishReceipt Receipt => Error is null ? _receipt : throw new InvalidOperationException("The message has no receipt.", Error);
}
