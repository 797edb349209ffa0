namespace OrleansQueue.Core.Tests.Support;

/// <summary>What the disk keeps of one file.</summary>
internal sealed partial class ForgetfulDisk
{
    /// <summary>A file's bytes, and the changes since its last sync.</summary>
    private sealed class Inode(byte[] content)
    {
        private readonly List<(int Position, byte[]? Bytes, int Length)> _unsynced = [];
        private byte[] _synced = content;

        public byte[] Bytes { get; private set; } = [.. content];

        public void Write(long position, byte[] bytes)
        {
            _unsynced.Add(((int)position, bytes, bytes.Length));
            Bytes = Apply(Bytes, (int)position, bytes);
        }

        public void SetLength(int length)
        {
            if (length != Bytes.Length)
            {
                _unsynced.Add((0, null, length));
                Bytes = Resize(Bytes, length);
            }
        }

        public void Sync()
        {
            foreach (var (position, written, length) in _unsynced)
            {
                _synced = written is null ? Resize(_synced, length) : Apply(_synced, position, written);
            }

            _unsynced.Clear();
        }

        public int LoseUnsynced()
        {
            // The length is the file system's own and is not lost with the pages.
            _unsynced.RemoveAll(change => change.Bytes is not null);
            return 0;
        }

        public void Settle()
        {
            _synced = [.. Bytes];
            _unsynced.Clear();
        }

        public Inode AfterPowerLoss(Random random)
        {
            var bytes = _synced;
            var mode = random.Next(4);
            foreach (var (position, written, length) in _unsynced)
            {
                if (mode == 0 || (mode > 1 && random.Next(2) == 0))
                {
                    continue;
                }

                bytes = written is null ? Resize(bytes, length) : Apply(bytes, position, mode == 3 ? Tear(written, random) : written);
            }

            return new Inode([.. bytes]);
        }

        private static byte[] Tear(byte[] written, Random random) => written[..Math.Min(written.Length, random.Next((written.Length / Sector) + 1) * Sector)];

        private static byte[] Apply(byte[] to, int position, byte[] bytes)
        {
            if (bytes.Length == 0)
            {
                return to;
            }

            var grown = position + bytes.Length > to.Length ? Resize(to, position + bytes.Length) : [.. to];
            bytes.CopyTo(grown, position);
            return grown;
        }

        private static byte[] Resize(byte[] bytes, int length)
        {
            var resized = new byte[length];
            bytes.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(resized);
            return resized;
        }
    }
}
