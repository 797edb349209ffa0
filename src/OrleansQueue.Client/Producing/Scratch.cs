using System.Buffers;

namespace OrleansQueue.Client;

/// <summary>Memory of a thread in which a message is put together before it is copied into its batch.</summary>
internal sealed class Scratch : IDisposable
{
    // One large message must not hold its memory for ever.
    private const int MostKept = 128 << 10;

    [ThreadStatic]
    private static Scratch? _ofThread;

    private Scratch()
    {
    }

    public ArrayBufferWriter<byte> Key { get; } = new();

    public ArrayBufferWriter<byte> Value { get; private set; } = new();

    public OutgoingHeaders Headers { get; } = new();

    /// <summary>Takes the thread's, or a new one where the thread is using it already: a serializer may publish, too.</summary>
    public static Scratch Take()
    {
        var taken = _ofThread ?? new Scratch();
        _ofThread = null;
        return taken;
    }

    public void Dispose()
    {
        Headers.Clear();
        Value.ResetWrittenCount();
        if (Value.Capacity > MostKept)
        {
            Value = new();
        }

        _ofThread = this;
    }
}
