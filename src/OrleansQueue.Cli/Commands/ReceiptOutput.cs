using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary>Prints receipts: <c>{"line":17,"partition":0,"offset":16,"durability":"fsync","duplicate":false}</c>.</summary>
internal sealed class ReceiptOutput(Stream output) : IDisposable
{
    private readonly JsonLines _lines = new(output);

    public void Write(long line, PublishReceipt receipt) => _lines.Write(json =>
    {
        json.WriteNumber("line", line);
        json.WriteNumber("partition", receipt.Partition.Number);
        if (receipt.Offset is { } offset)
        {
            json.WriteNumber("offset", offset.Value);
        }
        else
        {
            json.WriteNull("offset");
        }

        json.WriteString("durability", Words.Of(receipt.Durability));
        json.WriteBoolean("duplicate", receipt.Duplicate);
    });

    public void Flush() => output.Flush();

    public void Dispose() => _lines.Dispose();
}
