using System.Reflection;

namespace OrleansQueue.Contracts.Tests.Broker;

/// <summary>Grains of every kind, of which each call is answered by one function.</summary>
internal static class FakeGrains
{
    /// <summary>A factory of such grains.</summary>
    public static IGrainFactory Answering(Func<MethodInfo, object?> answer) => (IGrainFactory)(object)Make(typeof(IGrainFactory), method => Make(method.ReturnType, answer));

    /// <summary>One interface, of which each call is answered by a function.</summary>
    public static T Make<T>(Func<MethodInfo, object?> answer) => (T)(object)Make(typeof(T), answer);

    private static CallPasser Make(Type type, Func<MethodInfo, object?> answer)
    {
        var passer = (CallPasser)DispatchProxy.Create(type, typeof(CallPasser));
        passer.Answer = answer;
        return passer;
    }
}

/// <summary>Passes each call on to a function. It is open, since each interface that it stands for has a class that inherits from it.</summary>
public class CallPasser : DispatchProxy
{
    internal Func<MethodInfo, object?> Answer { get; set; } = static _ => null;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!);
}
