using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Takes the records of an answer apart.</summary>
internal static class Unpacking
{
    /// <summary>Copies every record into memory of its own. In the place of a batch that cannot be read there is a delivery that says why.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="from">The position that was read.</param>
    /// <param name="walk">The records; the walk is used up.</param>
    public static Queue<Delivery> Unpack(string topic, Position from, RecordWalk walk)
    {
        var deliveries = new Queue<Delivery>();
        var at = from;
        try
        {
            while (TryMove(ref walk, out var problem))
            {
                var delivery = problem is null ? Delivery.Of(topic, from, walk.Current, walk.Epoch) : Delivery.Unreadable(topic, at, walk.Batch, problem);
                at = delivery.Next;
                deliveries.Enqueue(delivery);
            }
        }
        finally
        {
            walk.Dispose();
        }

        return deliveries;
    }

    private static bool TryMove(ref RecordWalk walk, out InvalidBatchException? problem)
    {
        problem = null;
        try
        {
            return walk.MoveNext();
        }
        catch (InvalidBatchException invalid)
        {
            // The walk goes on behind the batch, of which nothing more is to be seen.
            walk.Dispose();
            problem = invalid;
            return true;
        }
    }
}
