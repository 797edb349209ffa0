using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>One <c>oq produce --receipts</c> that is fed numbered lines, never far ahead of its answers, so that a kill always meets some on their way.</summary>
internal sealed class NumberedLines : IAsyncDisposable
{
    private const int MostAhead = 8_000;
    private const int AtOnce = 500;

    private static readonly string Filler = new('x', 80);

    private readonly KillHistory _history;
    private readonly int _first;
    private readonly int _count;
    private readonly Lock _lock = new();
    private readonly RunningProcess _process;
    private readonly Task _feeding;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _wrong;
    private int _lastLine;

    public NumberedLines(Oq oq, string topic, KillHistory history, int first, int count)
    {
        (_history, _first, _count) = (history, first, count);
        _process = oq.Start(["produce", topic, "--receipts"], Take);
        _feeding = FeedAsync();
    }

    /// <summary>Waits until a line so far on has its receipt.</summary>
    public async Task AnsweredAsync(int line)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_wrong is not null)
                {
                    throw new InvalidOperationException($"A receipt is wrong: {_wrong.Message}", _wrong);
                }

                if (_lastLine >= line)
                {
                    return;
                }

                more = _more.Task;
            }

            await Task.WhenAny(more, _process.Ended).WaitAsync(Patience.Long);
            Assert.True(_process.IsRunning || more.IsCompleted, $"oq ended:\n{_process.Error}");
        }
    }

    /// <summary>Waits until all lines are published, and takes what <c>oq</c> said of those that failed.</summary>
    public async Task EndAsync()
    {
        await _feeding;
        var code = await _process.EndAsync();
        await AnsweredAsync(0);
        foreach (var line in _process.Error.All)
        {
            Assert.StartsWith("line ", line, StringComparison.Ordinal);
            _history.AddError(_first + int.Parse(line["line ".Length..line.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture) - 1);
        }

        // Where no line was refused and some had no answer in time it is 3.
        Assert.True(_process.Error.All.Count == 0 ? code == 0 : code is 1 or 3, $"oq produce ended with {code}.");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task FeedAsync()
    {
        for (var sent = 0; sent < _count; sent += AtOnce)
        {
            await AnsweredAsync(sent - MostAhead);
            var lines = new StringBuilder();
            for (var number = _first + sent; number < _first + Math.Min(_count, sent + AtOnce); number++)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{number} {Filler}\n");
            }

            await _process.Input.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()));
            await _process.Input.FlushAsync();
        }

        _process.Input.Close();
    }

    private void Take(string line)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            try
            {
                using var receipt = JsonDocument.Parse(line);
                var fields = receipt.RootElement;
                var number = fields.GetProperty("line").GetInt32();
                Assert.True(number > _lastLine, $"The receipt of line {number} comes after that of line {_lastLine}.");
                _lastLine = number;
                _history.AddReceipt(
                    _first + number - 1, fields.GetProperty("partition").GetInt32(), fields.GetProperty("offset").GetInt64(), fields.GetProperty("duplicate").GetBoolean());
            }
            catch (Exception wrong)
            {
                _wrong ??= wrong;
            }

            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }
}
