using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>Files are synced by one call, the one that was seen to sync. There have been releases of .NET in which FileStream.Flush(true) did not.</summary>
public sealed partial class SyncCallTests
{
    [Fact]
    public void No_file_is_synced_by_its_stream() => Repository.Holds(
        from path in Repository.CSharpFiles
        where path.StartsWith("src/", StringComparison.Ordinal)
        from violation in Violations(path, Repository.Read(path))
        select violation);

    [Fact]
    public void Files_are_synced_in_one_place() => Assert.Equal(
        ["src/OrleansQueue.Core/Storage/Files/OperatingSystemFile.cs"],
        Repository.CSharpFiles.Where(path => path.StartsWith("src/", StringComparison.Ordinal)
            && CSharpText.CodeOf(Repository.Read(path)).Contains("RandomAccess.FlushToDisk(", StringComparison.Ordinal)));

    [Theory]
    [InlineData("stream.Flush(true);", 1)]
    [InlineData("stream.Flush(flushToDisk: true);", 1)]
    [InlineData("stream.Flush( flushToDisk );", 1)]
    [InlineData("// stream.Flush(true)", 0)]
    [InlineData("stream.Flush();", 0)]
    [InlineData("RandomAccess.FlushToDisk(handle);", 0)]
    public void A_sync_by_a_stream_is_found(string text, int violations) => Assert.Equal(violations, Violations("a.cs", text).Count());

    private static IEnumerable<string> Violations(string path, string text)
    {
        string code = CSharpText.CodeOf(text);
        return from match in StreamSync().Matches(code)
               let line = code.AsSpan(0, match.Index).Count('\n') + 1
               select $"{path}({line}): a stream syncs its file; RandomAccess.FlushToDisk does it for certain.";
    }

    [GeneratedRegex(@"\.Flush\(\s*[^)\s]")]
    private static partial Regex StreamSync();
}
