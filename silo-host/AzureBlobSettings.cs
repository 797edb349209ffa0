namespace OrleansQueue.SiloHost;

/// <summary>Where the logs and documents are, when they are in Azure Storage.</summary>
/// <param name="ConnectionString">How the account is reached.</param>
/// <param name="Logs">The logs.</param>
/// <param name="DocumentContainer">The container of the documents of topics and of the states of grains, beside that of the logs.</param>
internal sealed record AzureBlobSettings(string ConnectionString, AzureBlobLogs Logs, string DocumentContainer)
{
    /// <summary>What <c>OrleansQueue:Storage</c> says for it.</summary>
    public const string StorageName = "azure-blobs";

    public const string ConnectionStringKey = "OrleansQueue:AzureBlobs:ConnectionString";
    public const string ContainerKey = "OrleansQueue:AzureBlobs:Container";

    private const string DocumentSuffix = "-grains";

    // Azure allows 63, and the container of the documents has a longer name.
    private const int MaxName = 56;

    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static AzureBlobSettings Read(IConfiguration configuration)
    {
        const string Allowed = "the connection string of an Azure Storage account or of Azurite";
        var connection = configuration.Secret(ConnectionStringKey, Allowed);
        var container = configuration.Text(ContainerKey, AzureBlobLogs.DefaultContainer);
        if (!IsContainerName(container))
        {
            throw new SettingException(ContainerKey, container, $"3 to {MaxName} of a-z, 0-9 and single -, beginning and ending with a letter or digit");
        }

        try
        {
            return new AzureBlobSettings(connection, new AzureBlobLogs(connection, container), container + DocumentSuffix);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new SettingException(ConnectionStringKey, "(not shown)", Allowed);
        }
    }

    private static bool IsContainerName(string name) =>
        name.Length is >= 3 and <= MaxName
        && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-' && name[^1] != '-' && !name.Contains("--", StringComparison.Ordinal);
}
