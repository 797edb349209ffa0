using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Tests.Support;

/// <summary>Shows all that a value holds as text, so that two values can be compared that hold lists.</summary>
internal static class Shown
{
    private static readonly JsonSerializerOptions Options = new() { IncludeFields = true, Converters = { new Frames(), new Cases<OffsetQuery>(), new Cases<Committer>() } };

    public static string Of(object? value) => value is null ? "null" : $"{value.GetType().Name} {JsonSerializer.Serialize(value, value.GetType(), Options)}";

    /// <summary>Where the parts of a frame end does not matter.</summary>
    private sealed class Frames : JsonConverter<BatchFrame>
    {
        public override BatchFrame Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, BatchFrame value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Convert.ToHexStringLower(value.ToMemory().Span));
    }

    /// <summary>A value that is one of several cases, each with fields of its own.</summary>
    private sealed class Cases<T> : JsonConverter<T>
        where T : class
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
