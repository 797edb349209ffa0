namespace OrleansQueue.Client;

/// <summary>Which policy holds for which exception.</summary>
internal sealed class RetryPolicies
{
    private readonly Dictionary<Type, Choice> _choices = [];

    public int Count => _choices.Count;

    public void Add(Type exception, RetryPolicy policy) => _choices[exception] = new(policy, (_, _) => policy);

    public void Add<TException>(Func<TException, MessageContext, RetryPolicy?> choose)
        where TException : Exception => _choices[typeof(TException)] = new(null, (error, message) => choose((TException)error, message));

    /// <summary>The policy of a message that failed; null where that is the group's own.</summary>
    /// <exception cref="InvalidOperationException">The application chose one that is out of its range.</exception>
    public RetryPolicy? Find(Exception error, MessageContext message)
    {
        for (var type = error.GetType(); type is not null; type = type.BaseType)
        {
            if (_choices.TryGetValue(type, out var choice))
            {
                var policy = choice.Choose(error, message);
                return policy is not null && Check(type, policy) is { } wrong ? throw new InvalidOperationException(wrong.ToString()) : policy;
            }
        }

        return null;
    }

    /// <summary>What is wrong with those that are known beforehand, or null.</summary>
    public Refusal? Check() => _choices
        .Select(static each => each.Value.Always is { } policy ? Check(each.Key, policy) : null)
        .FirstOrDefault(static wrong => wrong is not null);

    private static Refusal? Check(Type exception, RetryPolicy policy) =>
        policy.Check() is { } wrong ? wrong with { Field = $"{wrong.Field} on {exception.Name}" } : null;

    /// <summary>What was said of a type.</summary>
    /// <param name="Always">The one policy; null where the application chooses each time.</param>
    /// <param name="Choose">Chooses it.</param>
    private sealed record Choice(RetryPolicy? Always, Func<Exception, MessageContext, RetryPolicy?> Choose);
}
