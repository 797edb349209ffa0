using Azure;
using Azure.Storage.Blobs.Models;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>Tells the answers of the storage from each other.</summary>
internal static class BlobFailure
{
    /// <summary>There is no such blob.</summary>
    public static bool IsMissing(RequestFailedException failure) => failure.Status == 404;

    /// <summary>There is a blob of that name already.</summary>
    public static bool IsThere(RequestFailedException failure) => failure.Status == 409 && failure.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    /// <summary>The blob is ended already.</summary>
    public static bool IsSealed(RequestFailedException failure) => failure.Status == 409 && failure.ErrorCode == "BlobIsSealed";

    /// <summary>The blob takes no such append: it is sealed or gone, or ends elsewhere than expected. Nothing else changes that, so asking the blob tells what became of it.</summary>
    public static bool IsRefusal(RequestFailedException failure) => failure.Status is 404 or 409 or 412;

    /// <summary>The error as the storage port tells it: the storage cannot be used, and what became of a write is not known.</summary>
    public static IOException ToIOException(string what, Exception failure) => failure is RequestFailedException { Status: 404 } missing
        ? new FileNotFoundException($"{what}: there is no such blob.", missing)
        : new IOException($"{what}: {TextOf(failure)}", failure);

    /// <summary>Does something, and tells its failures as the storage port does.</summary>
    public static async Task<T> TellAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && IsOfStorage(failure))
        {
            throw ToIOException(what, failure);
        }
    }

    /// <summary>One line. What follows the first in the library's own messages are headers, and of many tries the last tells as much as all.</summary>
    private static string TextOf(Exception failure) => failure switch
    {
        AggregateException { InnerExceptions: [.., var last] } several => $"{several.InnerExceptions.Count} tries failed, the last with: {TextOf(last)}",
        RequestFailedException { Status: not 0 } refused => $"{refused.Message.Split('\n')[0].Trim()} ({refused.Status} {refused.ErrorCode})",
        _ => failure.Message.ReplaceLineEndings(" "),
    };

    /// <summary>Whether a failure is one of the storage or of the way to it. The library puts those of several tries together.</summary>
    public static bool IsOfStorage(Exception failure) => failure switch
    {
        AggregateException several => several.InnerExceptions.All(IsOfStorage),

        // The library cancels a try that takes too long.
        RequestFailedException or HttpRequestException or OperationCanceledException => true,
        IOException => failure is not (LogDamagedException or FormatLevelException),
        _ => false,
    };
}
