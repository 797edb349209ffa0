using System.Globalization;

namespace OrleansQueue.Client;

/// <summary>What the broker says of a message that it took. Small, since many of them are kept at a time.</summary>
public readonly record struct PublishReceipt
{
    // One more than the offset, so that the default value has none.
    private readonly long _next;
    private readonly int _partition;
    private readonly byte _durability;

    /// <summary>A receipt.</summary>
    public PublishReceipt(string topic, Partition partition, Offset? offset, Durability durability, bool duplicate)
    {
        Topic = topic;
        Duplicate = duplicate;
        _next = offset is { } known ? known.Value + 1 : 0;
        _partition = partition.Number;
        _durability = (byte)durability;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition => new(_partition);

    /// <summary>The message's place there; null where the broker no longer remembers the place of a repeated batch.</summary>
    public Offset? Offset => _next == 0 ? null : new Offset(_next - 1);

    /// <summary>What the message survives.</summary>
    public Durability Durability => (Durability)_durability;

    /// <summary>Whether an earlier attempt had stored it already. It is stored once either way.</summary>
    public bool Duplicate { get; }

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
