namespace OrleansQueue.Grains.Tests.Support;

/// <summary>Looks into exceptions that others are wrapped round.</summary>
internal static class Exceptions
{
    /// <summary>The exception and those within it.</summary>
    public static IEnumerable<Exception> WithInner(this Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            yield return inner;
        }
    }
}
