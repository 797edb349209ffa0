namespace OrleansQueue.Simulation.Brokers;

/// <summary>Starts silos. What a silo's store is differs; that it comes up again after each end does not.</summary>
internal interface ISiloStarter
{
    /// <summary>Begins another life of a silo whose process is gone; the store is open some time later, if all goes well.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="skew">How far its clock is off.</param>
    void Start(Silo silo, TimeSpan skew);
}
