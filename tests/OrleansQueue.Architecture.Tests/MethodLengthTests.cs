namespace OrleansQueue.Architecture.Tests;

/// <summary>A method fits on a screen: at most 70 lines from its signature to its closing brace. There are no exceptions.</summary>
public sealed class MethodLengthTests
{
    private const int MaxLines = 70;

    [Fact]
    public void No_method_is_longer_than_a_screen() => Repository.Holds(
        Repository.CSharpFiles.SelectMany(path => Violations(path, Repository.Read(path))));

    [Fact]
    public void A_method_of_the_limit_passes_and_one_line_more_does_not()
    {
        Assert.Empty(Violations("a.cs", $"class A\n{{\n{MethodOf(MaxLines)}}}\n"));
        Assert.Equal("a.cs(3): a method of 71 lines; 70 are allowed.", Assert.Single(Violations("a.cs", $"class A\n{{\n{MethodOf(71)}}}\n")));
    }

    [Theory]
    [InlineData("class A\n{\n    [Fact(\n    )]\n    void M()\n    {\n    }\n}", "5+3")]
    [InlineData("class A\n{\n    A(int x)\n        : base(x)\n    {\n    }\n}", "3+4")]
    [InlineData("class A\n{\n    int M(int record) =>\n        record;\n}", "3+2")]
    [InlineData("class A { T M<T>() where T : class\n{\n} }", "1+3")]
    [InlineData("class A\n{\n    int P\n    {\n        get\n        {\n            return 1;\n        }\n        private set => _p =\n            value;\n    }\n}", "5+4 9+2")]
    [InlineData("class A\n{\n    int P { get; } = F(() =>\n    {\n    });\n\n    int[] _f =\n    {\n        1,\n    };\n}", "")]
    [InlineData("record struct A(int X)\n{\n    public static bool operator ==(A a, A b)\n    {\n        return true;\n    }\n}", "3+4")]
    [InlineData("class A\n{\n    void M(HashSet<int> set)\n    {\n        set.Add(1);\n        void Local()\n        {\n        }\n    }\n}", "3+7")]
    [InlineData("enum A { B = 1, C }\nclass D\n{\n    int M() => 1 switch\n    {\n        _ => 2,\n    };\n}", "4+4")]
    [InlineData("namespace N;\n\ninterface I\n{\n    void M();\n\n    void O() { }\n}", "7+1")]
    public void Methods_constructors_operators_and_accessors_are_found(string text, string spans) =>
        Assert.Equal(spans, string.Join(' ', MethodScan.Of(text).Select(span => $"{span.FirstLine}+{span.Lines}")));

    [Theory]
    [InlineData("a /* { */ b // }", "a b")]
    [InlineData("'{' '\\'' \"{\\\"\" @\"{\"\"\" x", "x")]
    [InlineData("$\"{{ {d[\"}\"]} {(c ? '}' : '{')}\" x", "x")]
    [InlineData("$$\"\"\"{\"}{{a}}\"\"\" x", "x")]
    [InlineData("\"\" \"\"\"\"{\"\"\"\"\"\" x @class", "x @class")]
    [InlineData("#if A {\n  #endif }\nx # y", "x # y")]
    public void Braces_outside_code_do_not_count(string text, string code) =>
        Assert.Equal(code, string.Join(' ', CSharpText.CodeOf(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    private static string MethodOf(int lines) =>
        $"    void M()\n    {{\n{string.Concat(Enumerable.Repeat("        F(\"{\");\n", lines - 3))}    }}\n";

    private static IEnumerable<string> Violations(string path, string text) =>
        MethodScan.Of(text)
            .Where(span => span.Lines > MaxLines)
            .Select(span => $"{path}({span.FirstLine}): a method of {span.Lines} lines; {MaxLines} are allowed.");
}
