using Azure;

namespace OrleansQueue.AzureStorage;

/// <summary>One append blob of a log.</summary>
/// <param name="Number">Its number. The highest is the one that takes appends.</param>
/// <param name="Mark">What its metadata says.</param>
/// <param name="Length">Its bytes, as far as they are known to be kept.</param>
/// <param name="Tag">
/// What its maker knows it by until it has bytes. Where it is deleted while it has none, its creation may be repeated late, and that makes
/// another blob of the same name, to which an owner that knows of nothing would append.
/// </param>
internal sealed record LogBlob(long Number, BlobMark Mark, long Length, ETag? Tag = null)
{
    /// <summary>Where in its segment its bytes end.</summary>
    public long End => Mark.Position + Length;
}
