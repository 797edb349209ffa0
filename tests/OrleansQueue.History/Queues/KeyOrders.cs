using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>In a group that is ordered by key: a message that was leased while another of its key was held, or before every earlier one of its key was done.</summary>
internal static class KeyOrders
{
    public static void Find(QueueRecorder recorder, AnomalyList anomalies)
    {
        var ordered = recorder.Stories.Where(story => story.Key is not null && recorder.Rules[story.Message.Group].OrderedByKey);
        foreach (var line in ordered.GroupBy(story => (story.Message.Group, story.Message.Partition, story.Key)))
        {
            var stories = line.OrderBy(story => story.Message.Offset).ToList();
            FindOvertaken(stories, anomalies);
            FindTogether(stories, anomalies);
        }
    }

    private static void FindOvertaken(List<QueueMessageStory> stories, AnomalyList anomalies)
    {
        QueueMessageStory? last = null;
        foreach (var story in stories)
        {
            if (last is not null && story.Leases.Count != 0 && story.Leases.Values[0].Sequence < last.MayBeFinished)
            {
                var earlier = last;
                anomalies.Add(AnomalyKind.KeyOrder, story.Message.Partition, () =>
                    $"{story.Message} was leased under {story.Leases.Values[0].Number} at {story.Leases.Values[0].At} before {earlier.Message} of the same key was done");
            }

            if (story.IsStored && (last is null || story.MayBeFinished > last.MayBeFinished))
            {
                last = story;
            }
        }
    }

    private static void FindTogether(List<QueueMessageStory> stories, AnomalyList anomalies)
    {
        // Nobody takes a message for its own under a lease that was over before it was answered, and a later one may have been answered before it.
        var leases = stories
            .SelectMany(story => story.Leases.Values.Where(lease => lease.HeldUntil > lease.At).Select(lease => (Story: story, Lease: lease)))
            .OrderBy(held => held.Lease.Sequence)
            .ToList();
        for (var i = 1; i < leases.Count; i++)
        {
            var (before, held) = (leases[i - 1], leases[i]);
            if (before.Story != held.Story && held.Lease.At < before.Story.HeldUntil(before.Lease, held.Lease.Sequence))
            {
                anomalies.Add(AnomalyKind.KeyOrder, held.Story.Message.Partition, () => $"{held.Story.Message} was leased under {held.Lease.Number} at {held.Lease.At} while {before.Story.Message} of the same key was held");
            }
        }
    }
}
