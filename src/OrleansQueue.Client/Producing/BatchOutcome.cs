using System.Runtime.ExceptionServices;

namespace OrleansQueue.Client;

/// <summary>What became of a batch: where it is stored, or what its messages are told instead.</summary>
internal sealed class BatchOutcome
{
    private readonly Offset? _baseOffset;
    private readonly Durability _durability;
    private readonly bool _duplicate;

    private BatchOutcome(Offset? baseOffset, Durability durability, bool duplicate, Exception? error)
    {
        _baseOffset = baseOffset;
        _durability = durability;
        _duplicate = duplicate;
        Error = error;
    }

    public Exception? Error { get; }

    public static BatchOutcome Stored(Offset? baseOffset, Durability durability, bool duplicate) => new(baseOffset, durability, duplicate, null);

    public static BatchOutcome Failed(Exception error) => new(null, default, false, error);

    /// <summary>The receipt of the record at <paramref name="index"/>, or its exception.</summary>
    public PublishReceipt ReceiptOf(string topic, Partition partition, int index)
    {
        if (Error is not null)
        {
            ExceptionDispatchInfo.Throw(Error);
        }

        return new(topic, partition, _baseOffset?.Plus(index), _durability, _duplicate);
    }
}
