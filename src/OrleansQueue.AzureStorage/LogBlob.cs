namespace OrleansQueue.AzureStorage;

/// <summary>One append blob of a log.</summary>
/// <param name="Number">Its number. The highest is the one that takes appends.</param>
/// <param name="Mark">What its metadata says.</param>
/// <param name="Length">Its bytes, as far as they are known to be kept.</param>
internal sealed record LogBlob(long Number, BlobMark Mark, long Length)
{
    /// <summary>Where in its segment its bytes end.</summary>
    public long End => Mark.Position + Length;
}
