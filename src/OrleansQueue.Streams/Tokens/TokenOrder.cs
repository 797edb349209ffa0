using Orleans.Streams;

namespace OrleansQueue;

/// <summary>Tokens of all kinds lie on one line.</summary>
internal static class TokenOrder
{
    public static int Compare(StreamSequenceToken token, StreamSequenceToken? other)
    {
        if (other is null)
        {
            return 1;
        }

        var difference = token.SequenceNumber.CompareTo(other.SequenceNumber);
        return difference != 0 ? difference : token.EventIndex.CompareTo(other.EventIndex);
    }
}
