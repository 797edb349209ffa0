using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Handling;

/// <summary>What becomes of a message whose handler throws, or that cannot be read.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_handler_that_throws_is_tried_again_in_place_while_others_go_on() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(2, "bad", "a", "after", "b");
        var script = new HandlerScript { OnMessage = FailOn("bad", times: 3) };
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["a", "b", "bad"], script.Texts.Order());

        await run.PassAsync(TimeSpan.FromSeconds(0.2 + 0.4 + 0.8 + 1.5));

        Assert.Equal(["bad", "bad", "bad", "bad", "after"], script.Seen.Where(message => message.Partition.Number == 0).Select(TextOf));
        Assert.Equal([1, 2, 3, 4], script.Seen.Where(message => TextOf(message) == "bad").Select(message => message.Attempt));
        Assert.Equal((2, 2), (run.Broker.Group.OffsetOf(0), run.Broker.Group.OffsetOf(1)));
    });

    [Fact]
    public void After_its_last_attempt_a_message_is_dead_lettered_as_it_was() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("bad", new PublishOptions { Key = "k", Headers = [new("h", "v")], CorrelationId = "c" });
            await producer.PublishAsync("good");
        }

        var script = new HandlerScript { OnMessage = FailOn("bad", times: int.MaxValue) };
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(10));

        var letter = Assert.Single(run.Broker.Group.DeadLetters);
        Assert.Equal((0, 1), (letter.Message.Offset.Value, letter.Next.Offset.Value));
        var record = Open(letter.Record);
        Assert.Equal(("k", "\"bad\""), (record.Key, record.Value));
        string[] names = ["oq-correlation-id", "h", "oq-id", "oq-dead-topic", "oq-dead-partition", "oq-dead-offset", "oq-dead-group", "oq-dead-attempts", "oq-dead-error", "oq-dead-time"];
        Assert.Equal(names, record.Headers.Select(header => header.Name));
        Assert.Equal(["c", "v", "0-0", "orders", "0", "0", "billing", "5", $"{typeof(InvalidDataException).FullName}: {new string('x', 2000)}"[..1000]], record.Headers.SkipLast(1).Select(header => header.Text));
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
        Assert.Equal("good", script.Texts.Last());
    });

    [Fact]
    public void A_dead_letter_waits_through_an_outage() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "bad");
        var failures = 3;
        run.Broker.Group.OnDeadLetter = _ => failures-- > 0 ? throw new BrokerUnavailableException("Nobody there.") : null;
        await using var host = await run.HandleAsync(new HandlerScript { OnMessage = FailOn("bad", times: int.MaxValue) }, options => options.Attempts = 1);
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Single(run.Broker.Group.DeadLetters);
        Assert.Equal(1, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void A_dead_letter_that_is_refused_stops_the_partition() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "bad");
        run.Broker.Group.OnDeadLetter = _ => new CommitResult.Refused(new("message size", "2", "1"));
        await using var host = await run.HandleAsync(new HandlerScript { OnMessage = FailOn("bad", times: int.MaxValue) }, options => options.Attempts = 1);
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Contains("message size", Assert.Single(run.Broker.Group.Stops).Error, StringComparison.Ordinal);
    });

    [Fact]
    public void Pause_stops_the_partition_at_the_message_until_the_group_is_resumed() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(2, "good", "x", "bad", "y");
        var script = new HandlerScript { OnMessage = FailOn("bad", times: 2) };
        await using var host = await run.HandleAsync(script, options => (options.OnFailure, options.Attempts) = (OnFailure.Pause, 2));
        await run.PassAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["bad", "bad", "good", "x", "y"], script.Texts.Order());
        var stop = Assert.Single(run.Broker.Group.Stops);
        Assert.Equal((0, 1), (stop.Message.Partition.Number, stop.Message.Offset.Value));
        Assert.StartsWith("InvalidDataException: x", stop.Error, StringComparison.Ordinal);

        run.Broker.Group.Pause(false);
        await run.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(3, script.Texts.Count(text => text == "bad"));
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void A_resume_that_overtakes_the_answer_to_the_stop_holds() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "bad");
        var held = new TaskCompletionSource();
        run.Broker.HoldStopped = held.Task;
        var script = new HandlerScript { OnMessage = FailOn("bad", times: 1) };
        await using var host = await run.HandleAsync(script, options => (options.OnFailure, options.Attempts) = (OnFailure.Pause, 1));
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Pause(false);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        held.SetResult();
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["bad", "bad"], script.Texts);
        Assert.Equal(1, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void Skip_passes_over_the_message() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "bad", "good");
        var script = new HandlerScript { OnMessage = FailOn("bad", times: int.MaxValue) };
        await using var host = await run.HandleAsync(script, options => (options.OnFailure, options.Attempts) = (OnFailure.Skip, 1));
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["bad", "good"], script.Texts);
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void What_a_cancelled_handler_throws_is_no_reason_to_skip_the_message() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var log = new LogList();
        var script = new HandlerScript
        {
            OnMessage = async (_, token) =>
            {
                await run.Clock.After(TimeSpan.FromMinutes(10), token).ContinueWith(static _ => { }, TaskScheduler.Current);
                throw new InvalidDataException();
            },
        };
        await using var host = await HandlerHost.StartAsync(run, queue => queue.ConfigureClient(options => options with { Logging = log }).With(script)
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing", options => (options.OnFailure, options.Attempts) = (OnFailure.Skip, 1)));
        await run.PassAsync(TimeSpan.FromSeconds(1));

        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(30));

        Assert.DoesNotContain(log.Entries, entry => entry.Id == 2021);
        Assert.Null(run.Broker.Group.OffsetOf(0));
        Assert.Single(run.Broker.Group.Released);
    });

    [Fact]
    public void What_cannot_be_read_is_not_tried_again() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1);
        await using (var producer = await run.Client.OpenProducerAsync("orders"))
        {
            await producer.Publish("no JSON");
        }

        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Empty(script.Seen);
        Assert.Equal("0", Open(Assert.Single(run.Broker.Group.DeadLetters).Record).Headers.Single(header => header.Name == HeaderNames.DeadAttempts).Text);
    });

    [Fact]
    public void A_batch_that_cannot_be_opened_stops_the_partition_behind_the_good_ones() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "good", "broken");
        run.Broker.PartitionOf("orders", 0).Batches[1].Bytes[^2] ^= 1;
        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["good"], script.Texts);
        Assert.Equal(1, Assert.Single(run.Broker.Group.Stops).Message.Offset.Value);
    });

    [Fact]
    public void A_batch_in_a_codec_of_others_is_dead_lettered_whole_and_the_partition_goes_on() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "good");
        await using (var producer = await run.Client.OpenProducerAsync("orders"))
        {
            await Task.WhenAll(producer.PublishAll(0, 3));
        }

        await run.PublishMoreAsync(1, "last");
        var foreign = run.Broker.PartitionOf("orders", 0).Batches[1].Bytes.InCodec(BatchCompression.Zstd);
        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["good", "last"], script.Texts);
        var letter = Assert.Single(run.Broker.Group.DeadLetters);
        Assert.Equal((1, 4), (letter.Message.Offset.Value, letter.Next.Offset.Value));
        using var opened = OpenedBatch.Open(letter.Record, 16 << 20);
        var records = opened.GetRecords();
        Assert.True(records.MoveNext());
        Assert.Equal(foreign, records.Current.Value.Span.ToArray());
        var headers = Open(letter.Record).Headers;
        Assert.Equal(("application/vnd.orleansqueue.record-batch", "0-1"), (headers[0].Text, headers[1].Text));
        Assert.Contains("compression", headers.Single(header => header.Name == HeaderNames.DeadError).Text, StringComparison.Ordinal);
        Assert.Equal(5, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void Skip_passes_over_a_batch_in_a_codec_of_others() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "good", "foreign");
        run.Broker.PartitionOf("orders", 0).Batches[1].Bytes.InCodec(BatchCompression.Zstd);
        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script, options => options.OnFailure = OnFailure.Skip);
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["good"], script.Texts);
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void Expired_messages_are_passed_over() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("short", new PublishOptions { TimeToLive = TimeSpan.FromSeconds(1) });
            await producer.PublishAsync("long", new PublishOptions { TimeToLive = TimeSpan.FromHours(1) });
            await producer.PublishAsync("short too", new PublishOptions { TimeToLive = TimeSpan.FromSeconds(1) });
        }

        await run.PassAsync(TimeSpan.FromSeconds(2));
        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(["long"], script.Texts);
        await run.PublishMoreAsync(1, "next");
        await run.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(4, run.Broker.Group.OffsetOf(0));
    });

    private static string TextOf(MessageContext message) => ((MessageContext<string>)message).Message;

    private static Func<MessageContext<string>, CancellationToken, Task> FailOn(string text, int times) => (message, _) =>
        message.Message == text && times-- > 0 ? throw new InvalidDataException(new string('x', 2000)) : Task.CompletedTask;

    private static StoredRecord Open(ReadOnlyMemory<byte> batch)
    {
        using var opened = OpenedBatch.Open(batch, 16 << 20);
        var records = opened.GetRecords();
        Assert.True(records.MoveNext());
        var headers = new List<MessageHeader>();
        var each = records.Current.Headers;
        while (each.MoveNext())
        {
            headers.Add(new(Encoding.UTF8.GetString(each.Name), Encoding.UTF8.GetString(each.Value.Span)));
        }

        return new(records.Current.Offset, Encoding.UTF8.GetString(records.Current.Key.Span), Encoding.UTF8.GetString(records.Current.Value.Span), headers, records.Current.Timestamp);
    }
}
