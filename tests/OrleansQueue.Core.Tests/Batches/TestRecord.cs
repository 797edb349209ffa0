using System.Globalization;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>A header as the tests write it; two are equal when their bytes are.</summary>
internal sealed record TestHeader(byte[] Name, byte[]? Value)
{
    public TestHeader(string name, string? value)
        : this(Encoding.UTF8.GetBytes(name), value is null ? null : Encoding.UTF8.GetBytes(value))
    {
    }

    public override string ToString() => $"{TestRecord.Show(Name)}={TestRecord.Show(Value)}";
}

/// <summary>A record as the tests write it; two are equal when all their parts are, null and empty apart.</summary>
internal sealed record TestRecord(long Timestamp, byte[]? Key, byte[]? Value, params TestHeader[] Headers)
{
    public TestRecord(long timestamp, string? key, string? value, params TestHeader[] headers)
        : this(timestamp, key is null ? null : Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), headers)
    {
    }

    public bool Equals(TestRecord? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => Timestamp.GetHashCode();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Timestamp} {Show(Key)} {Show(Value)} [{string.Join(", ", Headers.Select(h => h.ToString()))}]");

    /// <summary>Appends the record to a builder, as a client would.</summary>
    public void AppendTo(RecordBatchBuilder builder) => builder.Append(
        new Timestamp(Timestamp),
        NullableBytes.From(Key),
        NullableBytes.From(Value),
        [.. Headers.Select(h => new RecordHeader(h.Name, h.Value is null ? default(ReadOnlyMemory<byte>?) : h.Value))]);

    /// <summary>Takes a copy of a record that was read.</summary>
    public static TestRecord From(RecordView view)
    {
        var headers = new List<TestHeader>();
        var reader = view.Headers;
        while (reader.MoveNext())
        {
            headers.Add(new(reader.Name.ToArray(), Copy(reader.Value)));
        }

        return new(view.Timestamp.UnixMilliseconds, Copy(view.Key), Copy(view.Value), [.. headers]);
    }

    internal static string Show(byte[]? bytes) => bytes switch
    {
        null => "null",
        [] => "empty",
        _ => Convert.ToHexString(bytes),
    };

    private static byte[]? Copy(NullableBytes bytes) => bytes.IsNull ? null : bytes.Span.ToArray();
}
