using OrleansQueue.Contracts.Tests.Support;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>A value as it crosses a call: written and read by what the caller and the called know of its type.</summary>
internal abstract class WireValue(string name, Type type)
{
    public string Name => name;

    public Type Type => type;

    public abstract object? Value { get; }

    public abstract byte[] Write();

    public abstract object? Read(byte[] bytes);

    public override string ToString() => name;
}

/// <inheritdoc/>
internal sealed class WireValue<T>(string name, T value) : WireValue(name, typeof(T))
{
    public override object? Value => value;

    public override byte[] Write() => Ours.Serializer.SerializeToArray(value);

    public override object? Read(byte[] bytes) => Ours.Serializer.Deserialize<T>(bytes);
}
