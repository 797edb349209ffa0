using System.Globalization;

namespace OrleansQueue.SiloHost;

/// <summary>Reads settings of one kind each, and refuses a value that cannot be used.</summary>
internal static class SettingReading
{
    /// <summary>Refuses every key that is not known.</summary>
    public static void RefuseUnknown(this IConfigurationSection section, string[] known)
    {
        foreach (var entry in section.AsEnumerable().Where(entry => entry.Value is not null))
        {
            if (!known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingException(entry.Key, entry.Value!, $"nothing, as there is no such setting; there are {string.Join(", ", known)}");
            }
        }
    }

    /// <summary>A text that is not empty.</summary>
    public static string Text(this IConfiguration configuration, string key, string normally) => configuration[key] switch
    {
        null => normally,
        "" => throw new SettingException(key, "", "a text that is not empty"),
        var text => text,
    };

    /// <summary>true or false.</summary>
    public static bool Boolean(this IConfiguration configuration, string key, bool normally) => configuration[key] switch
    {
        null => normally,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new SettingException(key, text, "true or false"),
    };

    /// <summary>A whole number within limits.</summary>
    public static int Number(this IConfiguration configuration, string key, int normally, int least, int most) => configuration[key] switch
    {
        null => normally,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        var text => throw new SettingException(key, text, $"{least} to {most}"),
    };

    /// <summary>A text that must be there and is not shown, as it holds a password or a key.</summary>
    public static string Secret(this IConfiguration configuration, string key, string allowed) =>
        string.IsNullOrEmpty(configuration[key]) ? throw new SettingException(key, configuration[key] ?? "", allowed) : configuration[key]!;

    /// <summary>A time within limits.</summary>
    public static TimeSpan Duration(this IConfiguration configuration, string key, TimeSpan normally, TimeSpan least, TimeSpan most) => configuration[key] switch
    {
        null => normally,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        var text => throw new SettingException(key, text, $"{least:c} to {most:c}, as hours:minutes:seconds"),
    };
}

/// <summary>A setting cannot be used.</summary>
internal sealed class SettingException(string key, string value, string allowed) : Exception(Refusal.OfText(key, $"'{value}'", allowed).ToString());
