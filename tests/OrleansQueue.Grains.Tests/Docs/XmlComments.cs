using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrleansQueue.Grains.Tests.Docs;

/// <summary>The documentation that the compiler wrote beside an assembly.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    private XmlComments(string path) => _members = XDocument.Load(path).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);

    public static XmlComments Of(Assembly assembly) => new(Path.ChangeExtension(assembly.Location, ".xml"));

    /// <summary>The summary of a property as one line of Markdown.</summary>
    public string SummaryOf(PropertyInfo property) => SummaryOf($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private string SummaryOf(string name)
    {
        var member = _members.GetValueOrDefault(name) ?? throw new InvalidOperationException($"{name} is not documented.");
        return member.Element("inheritdoc") is { } other
            ? SummaryOf((string)other.Attribute("cref")!)
            : Spaces().Replace(string.Concat(member.Element("summary")!.Nodes().Select(Text)), " ").Trim();
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{NameOf((string)see.Attribute("cref")!)}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => other.Value,
        _ => "",
    };

    // "P:OrleansQueue.Client.ClientOptions.ConnectTimeout" is ClientOptions.ConnectTimeout; a type is its own name; arguments and arities are left out.
    private static string NameOf(string cref)
    {
        var parts = Arguments().Replace(cref[2..], "").Split('.');
        return cref[0] == 'T' ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\(.*\)|`+\d+")]
    private static partial Regex Arguments();
}
