using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Groups;

namespace OrleansQueue.Contracts.Wire.Queues;

// Each call that leases and settles carries some hundreds of these rows. They lie one behind the other, mostly under one lease, so
// each row says how it differs from the one before: three bytes, and nothing of its own in memory but the row itself.

/// <summary>The lists of a queue group as they cross a call.</summary>
internal static class QueueRows
{
    public static byte[] Of(IReadOnlyList<Settlement> settlements)
    {
        var run = default(Run);
        return PackedWriter.Pack(settlements, (to, row) =>
        {
            var isSame = row.Lease == run.Lease;
            var flags = (isSame ? SettlementFlags.None : SettlementFlags.Lease)
                | (row.Time is null ? SettlementFlags.None : SettlementFlags.Time)
                | (row.Reason is null ? SettlementFlags.None : SettlementFlags.Reason)
                | (row.Error is null ? SettlementFlags.None : SettlementFlags.Error);
            to.Number(((long)row.Kind << SettlementFlagBits) | (long)flags);
            if (!isSame)
            {
                run.WriteLease(to, row.Lease);
            }

            run.WriteOffsets(to, row.Offsets);
            if (row.Time is { } time)
            {
                to.Number(time.Ticks);
            }

            WriteText(to, row.Reason);
            WriteText(to, row.Error);
        });
    }

    public static Settlement[] ToSettlements(byte[]? rows)
    {
        var run = default(Run);
        return PackedReader.Unpack(rows, from =>
        {
            var head = from.Number();
            var flags = (SettlementFlags)(head & ((1 << SettlementFlagBits) - 1));
            if (flags.HasFlag(SettlementFlags.Lease))
            {
                run.ReadLease(from);
            }

            return new Settlement(run.Lease, run.ReadOffsets(from), (SettlementKind)(head >> SettlementFlagBits))
            {
                Time = flags.HasFlag(SettlementFlags.Time) ? new TimeSpan(from.Number()) : null,
                Reason = flags.HasFlag(SettlementFlags.Reason) ? from.Text() : null,
                Error = flags.HasFlag(SettlementFlags.Error) ? from.Text() : null,
            };
        });
    }

    public static byte[] Of(IReadOnlyList<LeasedRange> selection)
    {
        var run = default(Run);
        return PackedWriter.Pack(selection, (to, row) =>
        {
            run.WriteOffsets(to, row.Offsets);
            to.Number(row.DeliveryCount);
        });
    }

    public static LeasedRange[] ToSelection(byte[]? rows)
    {
        var run = default(Run);
        return PackedReader.Unpack(rows, from =>
        {
            var offsets = run.ReadOffsets(from);
            return new LeasedRange(offsets.First, offsets.End, from.Int32());
        });
    }

    public static byte[] Of(IReadOnlyList<SettleRefusal> refusals)
    {
        var run = default(Run);
        return PackedWriter.Pack(refusals, (to, row) =>
        {
            var isSame = row.Lease == run.Lease;
            to.Number(isSame ? 0 : 1);
            if (!isSame)
            {
                run.WriteLease(to, row.Lease);
            }

            run.WriteOffsets(to, row.Offsets);
        });
    }

    public static SettleRefusal[] ToRefusals(byte[]? rows)
    {
        var run = default(Run);
        return PackedReader.Unpack(rows, from =>
        {
            if (from.Flag())
            {
                run.ReadLease(from);
            }

            return new SettleRefusal(run.Lease, run.ReadOffsets(from));
        });
    }

    public static byte[] Of(IReadOnlyList<OffsetRange> ranges)
    {
        var run = default(Run);
        return PackedWriter.Pack(ranges, (to, row) => run.WriteOffsets(to, row));
    }

    public static OffsetRange[] ToRanges(byte[]? rows)
    {
        var run = default(Run);
        return PackedReader.Unpack(rows, from => run.ReadOffsets(from));
    }

    public static byte[] Of(IReadOnlyList<ReadyPartition> partitions) => PackedWriter.Pack(partitions, static (to, row) =>
    {
        to.Partition(row.Partition);
        to.Number(row.Messages);
    });

    public static ReadyPartition[] ToReady(byte[]? rows) => PackedReader.Unpack(rows, static from => new ReadyPartition(from.Partition(), from.Int32()));

    private const int SettlementFlagBits = 4;

    [Flags]
    private enum SettlementFlags
    {
        None = 0,
        Lease = 1,
        Time = 2,
        Reason = 4,
        Error = 8,
    }

    /// <summary>No more of a text travels than is kept: a stack trace with each of 500 messages would be megabytes.</summary>
    private static void WriteText(PackedWriter to, string? text)
    {
        if (text is { Length: > Settlement.MaxTextLength })
        {
            // Not between the halves of a surrogate pair, of which neither has a form in UTF-8.
            text = text[..(char.IsHighSurrogate(text[Settlement.MaxTextLength - 1]) ? Settlement.MaxTextLength - 1 : Settlement.MaxTextLength)];
        }

        if (text is not null)
        {
            to.Text(text);
        }
    }

    /// <summary>Where the row before ended, and its lease. Differences may wrap around: reading wraps them back.</summary>
    private struct Run
    {
        private long _end;

        public LeaseId Lease { get; private set; }

        public void WriteLease(PackedWriter to, LeaseId lease)
        {
            Lease = lease;
            to.Number(lease.Cursor.Value);
            to.Number(lease.Number);
        }

        public void ReadLease(PackedReader from) => Lease = new LeaseId(new Epoch(from.Int32()), from.Number());

        public void WriteOffsets(PackedWriter to, OffsetRange offsets)
        {
            to.Number(unchecked(offsets.First.Value - _end));
            to.Number(unchecked(offsets.End.Value - offsets.First.Value));
            _end = offsets.End.Value;
        }

        public OffsetRange ReadOffsets(PackedReader from)
        {
            var first = unchecked(_end + from.Number());
            _end = unchecked(first + from.Number());
            return new OffsetRange(new Offset(first), new Offset(_end));
        }
    }
}
