namespace OrleansQueue.ClientDemo.Hosting;

/// <summary>The scenarios' own grains, which handlers ask for. Not the grain factory of their host: that one leads to the broker, which may be another cluster.</summary>
internal sealed record HomeGrains(IGrainFactory Factory);
