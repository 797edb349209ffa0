namespace OrleansQueue.Grains.Tests.Docs;

/// <summary>The page of options says what the code says. <c>OQ_WRITE_OPTIONS=1</c> writes it anew.</summary>
public sealed class OptionsPageTests
{
    [Fact]
    public void The_page_of_options_says_what_the_code_says()
    {
        var path = Path.Combine(Root(), "docs", "operating", "options.md");
        var page = OptionsPage.Write();
        if (Environment.GetEnvironmentVariable("OQ_WRITE_OPTIONS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(page, File.ReadAllText(path));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansQueue.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the tests holds OrleansQueue.sln.");
    }
}
