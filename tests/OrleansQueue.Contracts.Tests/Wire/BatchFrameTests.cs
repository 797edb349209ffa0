using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Session;
using OrleansQueue.Contracts.Tests.Support;
using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Tests.Wire;

public sealed class BatchFrameTests
{
    private const int MaxBytes = 32 << 20;

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 3, 0, 5 })]
    [InlineData(new[] { 0, 100_000, 1, 70_000 })]
    public void Parts_cross_as_one_piece(int[] lengths)
    {
        byte next = 0;
        var parts = lengths.Select(length => (ReadOnlyMemory<byte>)Enumerable.Range(0, length).Select(_ => next++).ToArray()).ToList();

        var read = Ours.Serializer.Deserialize<BatchFrame>(Ours.Serializer.SerializeToArray(new BatchFrame(parts)));

        Assert.Single(read.Parts);
        Assert.Equal(parts.SelectMany(part => part.ToArray()), read.ToMemory().ToArray());
        Assert.Equal(parts.SelectMany(part => part.ToArray()), new BatchFrame(parts).ToMemory().ToArray());
    }

    [Fact]
    public void Frame_that_was_never_given_bytes_is_empty()
    {
        Assert.Empty(default(BatchFrame).Parts);
        Assert.True(default(BatchFrame).ToMemory().IsEmpty);
        Assert.True(Ours.Serializer.Deserialize<BatchFrame>(Ours.Serializer.SerializeToArray(default(BatchFrame))).ToMemory().IsEmpty);
    }

    [Fact]
    public void Frame_of_one_part_is_not_copied()
    {
        var bytes = new byte[] { 1, 2, 3 };
        var frame = new BatchFrame(bytes);

        Assert.True(frame.ToMemory().Equals(bytes));
        Assert.True(Ours.Copy(frame).ToMemory().Equals(bytes));
    }

    [Theory]
    [InlineData(MaxBytes + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    public void Length_over_the_limit_is_refused_by_its_number(uint length)
    {
        var error = Assert.Throws<InvalidDataException>(() => Ours.Serializer.Deserialize<BatchFrame>(Declaring(length)));

        Assert.Equal($"A frame has {length} bytes; allowed are {MaxBytes}.", error.Message);
    }

    [Fact]
    public void Length_that_the_message_does_not_have_is_refused_before_memory_is_taken_for_it()
    {
        var error = Assert.Throws<InvalidDataException>(() => Ours.Serializer.Deserialize<BatchFrame>(Declaring(MaxBytes)));

        Assert.StartsWith($"A frame has {MaxBytes} bytes, and the whole message has ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10_241)]
    [InlineData(MaxBytes)]
    [InlineData(MaxBytes + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    public void Length_that_the_message_does_not_have_throws_before_room_is_made_for_it(uint length)
    {
        var hostile = Declaring(length);
        ReadOnlySequence<byte> parts = new(hostile);
        Assert.ThrowsAny<Exception>(() => Ours.Serializer.Deserialize<BatchFrame>(hostile));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<Exception>(() => Ours.Serializer.Deserialize<BatchFrame>(hostile));
        Assert.ThrowsAny<Exception>(() => Ours.Serializer.Deserialize<BatchFrame>(parts));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Frame_of_the_limit_crosses()
    {
        var bytes = new byte[MaxBytes];
        bytes[^1] = 7;

        Assert.Equal(7, Ours.Serializer.Deserialize<BatchFrame>(Ours.Serializer.SerializeToArray(new BatchFrame(bytes))).ToMemory().Span[^1]);
    }

    /// <summary>The bytes of a frame that says to be that long and holds three.</summary>
    private static byte[] Declaring(uint length)
    {
        var empty = Ours.Serializer.SerializeToArray(default(BatchFrame));
        var output = new ArrayBufferWriter<byte>();
        using var session = Ours.Get<SerializerSessionPool>().GetSession();
        var writer = Writer.Create(output, session);
        writer.Write(empty.AsSpan(0, empty.Length - 1));
        writer.WriteVarUInt32(length);
        writer.Write([1, 2, 3]);
        writer.Commit();
        return output.WrittenSpan.ToArray();
    }
}
