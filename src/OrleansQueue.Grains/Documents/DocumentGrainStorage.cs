using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansQueue.Documents;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Documents;

/// <summary>Keeps the state of grains as small documents beside the logs: in files, or in memory where the logs are in memory.</summary>
internal sealed class DocumentGrainStorage(string name, SiloBroker silo, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var document = await silo.Documents.ReadAsync(NameOf(stateName, grainId));
        grainState.State = document is null ? activators.GetActivator<T>().Create() : serializer.Deserialize<T>(new BinaryData(document.Content));
        grainState.ETag = document?.ETag;
        grainState.RecordExists = document is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            grainState.ETag = await silo.Documents.WriteAsync(NameOf(stateName, grainId), serializer.Serialize(grainState.State).ToMemory(), grainState.ETag);
            grainState.RecordExists = true;
        }
        catch (DocumentConflictException conflict)
        {
            throw new InconsistentStateException(conflict.Message, conflict.Found, conflict.Expected, conflict);
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await silo.Documents.DeleteAsync(NameOf(stateName, grainId), grainState.ETag);
        }
        catch (DocumentConflictException conflict)
        {
            throw new InconsistentStateException(conflict.Message, conflict.Found, conflict.Expected, conflict);
        }

        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private DocumentName NameOf(string stateName, GrainId grainId) => new($"{name}.{stateName}", grainId.ToString());
}
