namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>What a worker tells the process that started it: a line each.</summary>
internal sealed class WorkerLines(TextWriter output) : IOrderWatch
{
    private const string Ready = "ready";
    private const string BookedOne = "booked ";
    private const string HeldOne = "held ";
    private const string TooLateOne = "late ";

    /// <summary>The worker has joined its group.</summary>
    public void Begin() => Write(Ready);

    public void Booked(string order) => Write(BookedOne + order);

    public void Held(string order) => Write(HeldOne + order);

    public void TooLate(string order) => Write(TooLateOne + order);

    /// <summary>Hands on what a line says.</summary>
    public static void Read(string line, IOrderWatch watch, Action begin)
    {
        switch (line)
        {
            case Ready:
                begin();
                break;
            case var _ when line.StartsWith(BookedOne, StringComparison.Ordinal):
                watch.Booked(line[BookedOne.Length..]);
                break;
            case var _ when line.StartsWith(HeldOne, StringComparison.Ordinal):
                watch.Held(line[HeldOne.Length..]);
                break;
            case var _ when line.StartsWith(TooLateOne, StringComparison.Ordinal):
                watch.TooLate(line[TooLateOne.Length..]);
                break;
            default:
                throw new InvalidDataException($"A worker said what nobody understands: {line}");
        }
    }

    private void Write(string line)
    {
        lock (output)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
