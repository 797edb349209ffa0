namespace OrleansQueue.Client;

/// <summary>A message that a member holds, as whoever has it in hand sees it.</summary>
/// <param name="Member">Who holds it.</param>
/// <param name="Lease">Under what.</param>
/// <param name="Index">Which message of the lease.</param>
/// <param name="Delivery">The message.</param>
/// <param name="DeliveryCount">How often it was delivered, this time included.</param>
internal readonly record struct QueueMessage(QueueMember Member, HeldLease Lease, int Index, Delivery Delivery, int DeliveryCount)
{
    /// <summary>The first of its offsets in the lease.</summary>
    public Offset Offset => Lease[Index].First;

    public HeldState State => Lease[Index].State;

    public LeaseLostException Lost(Offset offset) => new(Lease.Cursor.Topic, Lease.Cursor.Id.Partition, offset);
}
