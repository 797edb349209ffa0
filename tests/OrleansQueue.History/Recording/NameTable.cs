namespace OrleansQueue.History;

/// <summary>Numbers things in the order in which they first appear, from 0.</summary>
internal sealed class NameTable<T>
    where T : notnull
{
    private readonly Dictionary<T, int> _numbers = [];

    public int Count => _numbers.Count;

    public int NumberOf(T name)
    {
        if (!_numbers.TryGetValue(name, out int number))
        {
            _numbers.Add(name, number = _numbers.Count);
        }

        return number;
    }

    /// <summary>The names, each at its number.</summary>
    public T[] ToArray()
    {
        T[] names = new T[_numbers.Count];
        foreach ((T name, int number) in _numbers)
        {
            names[number] = name;
        }

        return names;
    }
}
