using System.Xml.Linq;

namespace OrleansQueue.Architecture.Tests;

/// <summary>One item of a project file; conditions are not looked at, so an item under any condition counts.</summary>
internal sealed record Item(string Kind, string Name, string PrivateAssets, bool NamesVersion, bool Removes)
{
    public bool IsOrleansPackage =>
        Kind == "PackageReference" && Name.StartsWith("Microsoft.Orleans.", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<Item> Parse(string xml) =>
        from element in XDocument.Parse(xml).Descendants()
        let removed = Value(element, "Remove")
        let name = Value(element, "Include") ?? Value(element, "Update") ?? removed
        where name is not null
        select new Item(
            element.Name.LocalName,
            name,
            Value(element, "PrivateAssets") ?? "",
            Value(element, "Version") is not null || Value(element, "VersionOverride") is not null,
            removed is not null);

    // Metadata may be written as an attribute or as a child element.
    private static string? Value(XElement element, string name) =>
        (string?)element.Attribute(name)
        ?? (string?)element.Elements().FirstOrDefault(child => child.Name.LocalName == name);
}

/// <summary>A project file with what the Directory.Build files of the folders above it add.</summary>
internal sealed record Project(string Path, string Sdk, IReadOnlyList<Item> Items)
{
    private static readonly Lazy<IReadOnlyList<Project>> AllProjects = new(ReadAll);

    public static IReadOnlyList<Project> All => AllProjects.Value;

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string TopFolder => Path.Split('/')[0];

    public bool IsHost => TopFolder is "silo-host" or "client-demo" || Name == "OrleansQueue.Cli";

    public IEnumerable<Item> Packages => Items.Where(item => item is { Kind: "PackageReference", Removes: false });

    /// <summary>The names of the projects that this one references itself.</summary>
    public IEnumerable<string> References =>
        from item in Items
        where item is { Kind: "ProjectReference", Removes: false }
        select System.IO.Path.GetFileNameWithoutExtension(item.Name.Replace('\\', '/'));

    public static Project Parse(string path, string xml, params IEnumerable<string> inherited) => new(
        path,
        (string?)XDocument.Parse(xml).Root?.Attribute("Sdk") ?? "",
        [.. Item.Parse(xml), .. inherited.SelectMany(Item.Parse)]);

    /// <summary>Whether it or anything it references, however far away, references a package of Orleans.</summary>
    public bool NeedsOrleans(IReadOnlyList<Project> projects)
    {
        HashSet<Project> seen = [this];
        Queue<Project> open = new(seen);
        while (open.TryDequeue(out Project? project))
        {
            if (project.Packages.Any(item => item.IsOrleansPackage))
            {
                return true;
            }

            foreach (Project next in projects.Where(next => project.References.Contains(next.Name)).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return false;
    }

    private static List<Project> ReadAll() =>
    [
        .. from path in Repository.Files
           where path.EndsWith(".csproj", StringComparison.Ordinal)
           select Parse(path, Repository.Read(path), InheritedBy(path).Select(Repository.Read)),
    ];

    private static IEnumerable<string> InheritedBy(string path) =>
        from file in Repository.Files
        let name = file[(file.LastIndexOf('/') + 1)..]
        where name is "Directory.Build.props" or "Directory.Build.targets"
        where path.StartsWith(file[..^name.Length], StringComparison.Ordinal)
        select file;
}
