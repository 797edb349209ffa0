namespace OrleansQueue.Storage.Files;

/// <summary>Errors as the storage port throws them.</summary>
internal static class StorageError
{
    /// <summary>The error itself where it is one of input or output, else one that carries it: whatever went wrong, owners wait for an answer.</summary>
    public static IOException From(Exception error) => error as IOException ?? new IOException(error.Message, error);
}
