using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>In Core the folder says the namespace; what lies in Primitives is used everywhere and is plain OrleansQueue.</summary>
public sealed partial class NamespaceTests
{
    private const string Core = "src/OrleansQueue.Core/";

    [Fact]
    public void Namespaces_of_Core_follow_the_folders() => Repository.Holds(
        from path in Repository.CSharpFiles
        where path.StartsWith(Core, StringComparison.Ordinal)
        from violation in Violations(path[Core.Length..], Repository.Read(path))
        select violation);

    [Theory]
    [InlineData("Primitives/Offset.cs", "namespace OrleansQueue;", 0)]
    [InlineData("Primitives/Offset.cs", "namespace OrleansQueue.Primitives;", 1)]
    [InlineData("Batches/VarInt.cs", "// namespace Other;\nnamespace OrleansQueue.Batches;", 0)]
    [InlineData("Batches/VarInt.cs", "namespace OrleansQueue;", 1)]
    [InlineData("Batches/VarInt.cs", "class VarInt;", 1)]
    [InlineData("Storage/Files/Segment.cs", "namespace OrleansQueue.Storage.Files;", 0)]
    [InlineData("Storage/Files/Segment.cs", "namespace OrleansQueue.Storage;", 1)]
    [InlineData("AssemblyInfo.cs", "[assembly: CLSCompliant(false)]", 0)]
    [InlineData("Stray.cs", "namespace OrleansQueue.Stray;", 1)]
    public void A_file_in_the_wrong_namespace_is_found(string path, string text, int violations) =>
        Assert.Equal(violations, Violations(path, text).Count());

    private static IEnumerable<string> Violations(string path, string text)
    {
        string[] folders = path.Split('/')[..^1];
        string expected = string.Join('.', ["OrleansQueue", .. folders is ["Primitives", ..] ? folders[1..] : folders]);
        string[] found = [.. Declaration().Matches(CSharpText.CodeOf(text)).Select(match => match.Groups[1].Value)];

        // A file of assembly attributes or global usings lies at the top and has no namespace.
        return folders.Length == 0 && found.Length == 0 || found is [string only] && only == expected
            ? []
            : [$"{Core}{path} should be in {expected}, not in '{string.Join(", ", found)}'."];
    }

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
