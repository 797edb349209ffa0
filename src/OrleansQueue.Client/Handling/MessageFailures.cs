using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What becomes of a message that failed for good.</summary>
internal sealed class MessageFailures(GroupHandlers handlers)
{
    /// <summary>Settles a message, or stops its partition at it; false where it is to be tried from the beginning.</summary>
    /// <exception cref="OperationCanceledException">The partition stopped or was lost.</exception>
    public async Task<bool> SettleAsync(PartitionRun run, MessageWork work)
    {
        switch (handlers.Options.OnFailure)
        {
            case OnFailure.Skip:
                Skip(run, work);
                return true;
            case OnFailure.DeadLetter when !work.Message.IsDamaged:
                return await DeadLetterAsync(run, work);
            default:
                await StopAsync(run, work, work.Error!);
                return false;
        }
    }

    private void Skip(PartitionRun run, MessageWork work)
    {
        handlers.Logger.Skipped(work.Error!, handlers.Group, work.Message.MessageId, work.Message.Offset, run.Id.Partition, run.Topic);
        ClientTelemetry.Skipped.Add(1, ClientTelemetry.Topic(run.Topic), ClientTelemetry.Group(handlers.Group));
        work.Settle();
    }

    private async Task<bool> DeadLetterAsync(PartitionRun run, MessageWork work)
    {
        var claim = work.Message.Claim!;
        var record = DeadLetterRecord.Of(work.Message, handlers.Group, work.Attempts, work.Error!, Timestamp.Now(handlers.Client.Clock));
        var result = await run.Consumer.InsistAsync(
            token => handlers.Client.Broker.DeadLetterAsync(
                new DeadLetterRequest(handlers.Group, run.Consumer.Member, claim.Message, claim.Next, run.Since, record), token),
            run);
        switch (result)
        {
            case CommitResult.Committed { Refusals.Count: 0 }:
                handlers.Logger.DeadLettered(work.Error!, handlers.Group, work.Message.MessageId, work.Message.Offset, run.Id.Partition, run.Topic, work.Attempts);
                ClientTelemetry.DeadLettered.Add(1, ClientTelemetry.Topic(run.Topic), ClientTelemetry.Group(handlers.Group));
                work.Settle();
                return true;
            case CommitResult.Refused refused:
                await StopAsync(run, work, new GroupRefusedException(refused.Reason));
                return false;
            default:
                await GroupHandlers.WhenStoppedAsync(run);
                return false;
        }
    }

    private static async Task StopAsync(PartitionRun run, MessageWork work, Exception error)
    {
        if (!await run.StopAtAsync(work.Message.Claim!.Message, error))
        {
            await GroupHandlers.WhenStoppedAsync(run);
        }

        await GroupHandlers.WhenReadyAsync(run);
    }
}
