using System.IO.Pipelines;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>How large the blocks of a connection are. They come from the pool that the process shares and go back when they are read or sent.</summary>
internal static class Blocks
{
    /// <summary>The least room that a receive is given; where a block has less left, the next one begins.</summary>
    public const int LeastReceive = 32 << 10;

    // So much waits in a pipe at most; whoever fills it waits then, and over TCP the other side with him.
    private const int MostWaiting = 4 << 20;

    /// <summary>For what is received: blocks of 64 KiB.</summary>
    public static PipeOptions Received { get; } = Of(64 << 10);

    /// <summary>
    /// For what is sent. A message that fits into one block is not copied once more, and the largest answer to a fetch, 1 MiB, does with its frame.
    /// The pool makes 2 MiB of it, which a connection holds only while something waits to be sent.
    /// </summary>
    public static PipeOptions Sent { get; } = Of((1 << 20) + (64 << 10));

    private static PipeOptions Of(int blockBytes) => new(
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: MostWaiting,
        resumeWriterThreshold: MostWaiting / 2,
        minimumSegmentSize: blockBytes,
        useSynchronizationContext: false);
}
