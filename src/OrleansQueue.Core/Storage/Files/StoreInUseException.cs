namespace OrleansQueue.Storage.Files;

/// <summary>A data folder belongs to one silo at a time, and another process has this one.</summary>
internal sealed class StoreInUseException(string root)
    : IOException($"Data folder {root} is in use by another silo. A folder belongs to one silo; several silos need shared storage: azure-blobs.");
