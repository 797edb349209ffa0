namespace OrleansQueue.Simulation.Mutations;

/// <summary>The source code that this was built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, above the one that this runs from.</summary>
    public static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansQueue.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"There is no OrleansQueue.sln above {AppContext.BaseDirectory}.");
    }

    /// <summary>Makes an edit whose place is there exactly once.</summary>
    public static string Replace(string text, Edit edit)
    {
        var at = text.IndexOf(edit.Old, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(edit.Old, at + 1, StringComparison.Ordinal) < 0
            ? text.Replace(edit.Old, edit.New, StringComparison.Ordinal)
            : throw new InvalidOperationException($"The place to change is not there exactly once in {edit.File}: {edit.Old}");
    }
}
