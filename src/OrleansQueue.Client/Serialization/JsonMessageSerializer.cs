using System.Buffers;
using System.Text.Json;

namespace OrleansQueue.Client;

/// <summary>JSON in UTF-8 by System.Text.Json. The default.</summary>
/// <typeparam name="T">The messages.</typeparam>
/// <param name="options">Default: <see cref="JsonSerializerOptions.Web"/>, the JSON of ASP.NET Core: camelCase names, read in any case.</param>
public sealed class JsonMessageSerializer<T>(JsonSerializerOptions? options = null) : IMessageSerializer<T>
{
    [ThreadStatic]
    private static (JsonMessageSerializer<T> Owner, Utf8JsonWriter Writer)? _ofThread;

    private readonly JsonSerializerOptions _options = options ?? JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public string? ContentType => ContentTypes.Json;

    /// <inheritdoc/>
    public void Serialize(T message, IBufferWriter<byte> output)
    {
        // A converter may publish on its own, so the writer is taken while it is in use.
        var writer = _ofThread is { } kept && kept.Owner == this ? kept.Writer : new Utf8JsonWriter(output, WriterOptions());
        _ofThread = null;
        writer.Reset(output);
        JsonSerializer.Serialize(writer, message, _options);
        writer.Flush();
        writer.Reset();
        _ofThread = (this, writer);
    }

    /// <inheritdoc/>
    public T Deserialize(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<T>(bytes, _options)
        ?? throw new MessageFormatException($"The JSON is null, which is no {typeof(T).Name}.");

    private JsonWriterOptions WriterOptions() => new() { Encoder = _options.Encoder, Indented = _options.WriteIndented, SkipValidation = true };
}
