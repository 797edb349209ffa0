using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Streams.Events;

/// <summary>
/// Takes answers of the broker apart. A record belongs to the stream that its key names; records without a key, or with an empty one, belong to
/// none, and tombstones are no events.
/// </summary>
/// <param name="topic">The topic's name, which is the namespace of its streams.</param>
/// <param name="problem">Is told of a batch that cannot be read, and is passed over.</param>
internal sealed class ChunkReader(string topic, Action<InvalidBatchException> problem)
{
    private static readonly byte[] Type = Encoding.UTF8.GetBytes(HeaderNames.Type);
    private static readonly byte[] TraceParent = Encoding.UTF8.GetBytes(HeaderNames.TraceParent);
    private static readonly byte[] Expires = Encoding.UTF8.GetBytes(HeaderNames.Expires);

    private readonly byte[] _namespace = Encoding.UTF8.GetBytes(topic);
    private readonly Dictionary<byte[], Gathered> _gathered = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], string> _types = new(KeyComparer.Instance);

    /// <summary>Reads an answer.</summary>
    /// <param name="from">The offset that was asked for.</param>
    /// <param name="fetched">The answer.</param>
    public Chunk Read(long from, FetchResult.Fetched fetched)
    {
        var walk = new RecordWalk(fetched.Parts, fetched.Selection);
        try
        {
            while (TryMove(ref walk))
            {
                var record = walk.Current;
                if (record.Offset.Value >= from && !record.Key.Span.IsEmpty && !record.Value.IsNull)
                {
                    Add(record);
                }
            }
        }
        finally
        {
            walk.Dispose();
        }

        var streams = new Dictionary<StreamId, StreamEvents>(_gathered.Count);
        foreach (var (key, gathered) in _gathered)
        {
            streams.Add(StreamId.Create(_namespace, key), gathered.ToEvents());
        }

        _gathered.Clear();
        return new Chunk(from, fetched.Next.Offset.Value, streams);
    }

    private bool TryMove(ref RecordWalk walk)
    {
        while (true)
        {
            try
            {
                return walk.MoveNext();
            }
            catch (InvalidBatchException invalid)
            {
                // The walk goes on behind the batch.
                walk.Dispose();
                problem(invalid);
            }
        }
    }

    private void Add(scoped in RecordView record)
    {
        var lookup = _gathered.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(record.Key.Span, out var gathered))
        {
            gathered = new Gathered();
            lookup[record.Key.Span] = gathered;
        }

        gathered.Add(record.Offset.Value, record.Value.Span, record.HeaderCount == 0 ? EventHeaders.None : HeadersOf(record));
    }

    private EventHeaders HeadersOf(scoped in RecordView record)
    {
        var found = EventHeaders.None;
        var headers = record.Headers;
        while (headers.MoveNext())
        {
            var value = headers.Value.Span;
            if (found.Type is null && headers.Name.SequenceEqual(Type))
            {
                found = found with { Type = TypeOf(value) };
            }
            else if (found.TraceParent is null && headers.Name.SequenceEqual(TraceParent))
            {
                found = found with { TraceParent = Encoding.UTF8.GetString(value) };
            }
            else if (headers.Name.SequenceEqual(Expires) && Utf8Parser.TryParse(value, out long expires, out var read) && read == value.Length)
            {
                found = found with { Expires = expires };
            }
        }

        return found;
    }

    // A topic has few types, so their names are kept.
    private string TypeOf(ReadOnlySpan<byte> alias)
    {
        var lookup = _types.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(alias, out var type))
        {
            type = Encoding.UTF8.GetString(alias);
            if (_types.Count < 1_000)
            {
                lookup[alias] = type;
            }
        }

        return type;
    }

    /// <summary>The events of one stream while an answer is read.</summary>
    private sealed class Gathered
    {
        private readonly List<long> _offsets = [];
        private readonly List<int> _ends = [];
        private readonly System.Buffers.ArrayBufferWriter<byte> _values = new();
        private List<EventHeaders>? _headers;

        public void Add(long offset, ReadOnlySpan<byte> value, EventHeaders headers)
        {
            if (_headers is null && headers != EventHeaders.None)
            {
                _headers = [.. Enumerable.Repeat(EventHeaders.None, _offsets.Count)];
            }

            _headers?.Add(headers);
            _offsets.Add(offset);
            System.Buffers.BuffersExtensions.Write(_values, value);
            _ends.Add(_values.WrittenCount);
        }

        public StreamEvents ToEvents() => new([.. _offsets], [.. _ends], _values.WrittenSpan.ToArray(), _headers?.ToArray());
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
