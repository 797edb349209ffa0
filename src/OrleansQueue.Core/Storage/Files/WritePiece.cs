namespace OrleansQueue.Storage.Files;

/// <summary>
/// A piece of a write. Pieces of whole pages may go around the system's page cache; a piece that shares its page with bytes
/// before or after the write may not, since only the cache can change a part of a page.
/// </summary>
internal readonly record struct WritePiece(long Position, int Count, bool IsWholePages)
{
    /// <summary>
    /// Cuts a write into the rest of a page that was begun before, whole pages, <paramref name="most"/> bytes of them at a time,
    /// and the beginning of a page. <paramref name="most"/> is a multiple of <paramref name="page"/>.
    /// </summary>
    public static IEnumerable<WritePiece> Split(long position, long count, int page, int most)
    {
        for (var end = position + count; position < end;)
        {
            var whole = position % page == 0 && end - position >= page;
            var next = whole
                ? Math.Min(position + most, end - (end % page))
                : Math.Min(position - (position % page) + page, end);
            yield return new WritePiece(position, (int)(next - position), whole);
            position = next;
        }
    }

    /// <summary>How many bytes of a write lie in whole pages.</summary>
    public static long WholePageBytes(long position, long count, int page)
    {
        var end = position + count;
        return Math.Max(0, end - (end % page) - ((position + page - 1) / page * page));
    }
}
