namespace OrleansQueue.Client;

/// <summary>Media types of values.</summary>
internal static class ContentTypes
{
    /// <summary>The default, which no header names.</summary>
    public const string Json = "application/json";
}

/// <summary>Which serializer serves a type where nobody names one.</summary>
internal static class DefaultSerializer
{
    public static IMessageSerializer<T> Of<T>() => RawMessageSerializer.Instance as IMessageSerializer<T> ?? new JsonMessageSerializer<T>();
}
