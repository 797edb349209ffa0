namespace OrleansQueue.AzureStorage;

/// <summary>What there is of a log in its container.</summary>
/// <param name="Blobs">Its append blobs in the order of their numbers.</param>
/// <param name="Sidecars">The names of its sidecars.</param>
internal sealed record LogListing(List<LogBlob> Blobs, List<string> Sidecars)
{
    /// <summary>The blob with the highest number, or null where there is none.</summary>
    public LogBlob? Last => Blobs.Count == 0 ? null : Blobs[^1];
}
