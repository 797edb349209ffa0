namespace OrleansQueue.Client;

/// <summary>Which handler of a group takes which message.</summary>
/// <param name="routes">The handlers by topic.</param>
internal sealed class HandlerRoutes(IReadOnlyDictionary<string, IReadOnlyList<HandlerRoute>> routes)
{
    public IReadOnlyList<string> Topics { get; } = [.. routes.Keys];

    /// <summary>The handler of a message; null where nobody takes its type.</summary>
    public HandlerRoute? Find(Delivery message)
    {
        var all = routes[message.Topic];
        var type = TypeOf(message);
        return all.FirstOrDefault(route => route.Alias is not null && route.Alias == type)
            ?? all.FirstOrDefault(route => route.Alias is null)

            // Who publishes without an alias to a topic of one type means that type.
            ?? (type is null && all.Count == 1 ? all[0] : null);
    }

    public static string? TypeOf(Delivery message) => message.Find(HeaderNames.Type)?.Text;
}
