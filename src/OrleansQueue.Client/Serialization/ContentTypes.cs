namespace OrleansQueue.Client;

/// <summary>Media types of values.</summary>
internal static class ContentTypes
{
    /// <summary>The default, which no header names.</summary>
    public const string Json = "application/json";

    /// <summary>A record batch as it is stored, in place of the messages in it that nobody could open.</summary>
    public const string RecordBatch = "application/vnd.orleansqueue.record-batch";
}

/// <summary>Which serializer serves a type where nobody names one.</summary>
internal static class DefaultSerializer
{
    public static IMessageSerializer<T> Of<T>() => RawMessageSerializer.Instance as IMessageSerializer<T> ?? new JsonMessageSerializer<T>();
}
