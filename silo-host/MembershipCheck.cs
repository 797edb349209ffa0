using Npgsql;

namespace OrleansQueue.SiloHost;

/// <summary>
/// Sees to it, before anything starts, that the database in which silos find each other answers and has the tables for it. Orleans would
/// find out too, and say so over some pages.
/// </summary>
internal static class MembershipCheck
{
    private const string Allowed = "the connection string of a PostgreSQL database";

    // What Orleans' script for membership puts there; the main one alone leaves the table empty.
    private const string Query = "SELECT count(*) FROM OrleansQuery WHERE QueryKey = 'InsertMembershipKey'";

    /// <exception cref="SettingException">The connection string cannot be read, or the database lacks the tables.</exception>
    /// <exception cref="IOException">The database does not answer.</exception>
    public static void Run(MembershipSettings settings)
    {
        if (settings.Database is not { } database)
        {
            return;
        }

        try
        {
            using var connection = new NpgsqlConnection(database);
            connection.Open();
            using var query = new NpgsqlCommand(Query, connection);
            if (query.ExecuteScalar() is 0L)
            {
                throw LacksTables();
            }
        }
        catch (ArgumentException)
        {
            throw new SettingException(MembershipSettings.ConnectionStringKey, "(not shown)", Allowed);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw LacksTables();
        }
        catch (NpgsqlException error)
        {
            throw new IOException($"The database of {MembershipSettings.ConnectionStringKey} cannot be used: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static SettingException LacksTables() => new(
        MembershipSettings.ConnectionStringKey, "(not shown)", $"{Allowed} in which Orleans' PostgreSQL-Main.sql and PostgreSQL-Clustering.sql were run");
}
