using System.Text.Json;
using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Tests.Support;

/// <summary>Shows all that a value holds as text, so that two values can be compared that hold lists.</summary>
internal static class Shown
{
    private static readonly JsonSerializerOptions Options = new() { IncludeFields = true, Converters = { new Frames() } };

    public static string Of(object? value) => value is null ? "null" : $"{value.GetType().Name} {JsonSerializer.Serialize(value, value.GetType(), Options)}";

    /// <summary>Where the parts of a frame end does not matter.</summary>
    private sealed class Frames : System.Text.Json.Serialization.JsonConverter<BatchFrame>
    {
        public override BatchFrame Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, BatchFrame value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Convert.ToHexStringLower(value.ToMemory().Span));
    }
}
