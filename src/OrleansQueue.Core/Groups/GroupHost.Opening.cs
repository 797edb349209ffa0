namespace OrleansQueue.Groups;

/// <summary>When the group's journal is opened and let go.</summary>
internal sealed partial class GroupHost
{
    /// <summary>The group, opened where it is not; null where the index knows none and none is to be created.</summary>
    private async ValueTask<GroupServer?> FindAsync(bool toCreate)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);

            // Whoever comes while it is being opened waits for the same opening: a second one would fence the first.
            var opening = _server ??= OpenAsync(toCreate);
            GroupServer? server;
            try
            {
                server = await opening;
            }
            catch when (ReferenceEquals(opening, _server))
            {
                // Whoever comes next tries again.
                _server = null;
                throw;
            }

            if (server is null && ReferenceEquals(opening, _server))
            {
                _server = null;
            }

            if (server is { IsDeleted: true })
            {
                // There may be another group of that name by now.
                Close(server);
            }
            else if (server is not null || !toCreate)
            {
                // Somebody who only looked for the group may have found none; then one that is to be created is opened now.
                return server;
            }
        }
    }

    private async Task<GroupServer?> OpenAsync(bool toCreate)
    {
        await _closing;
        if (!toCreate && !await _registry.HasAsync(_name))
        {
            return null;
        }

        var server = await GroupServer.OpenAsync(_name, _store, _surroundings, _options, _clock, _events, CancellationToken.None);
        if (_waitsEnded)
        {
            server.EndWaits();
        }

        return server;
    }

    private bool IsCurrent(GroupServer server) => _server is { IsCompletedSuccessfully: true } opened && ReferenceEquals(opened.Result, server);

    private void Lose(GroupServer server)
    {
        if (IsCurrent(server))
        {
            IsLost = true;
            Close(server);
        }
    }

    /// <summary>Lets a group go; the next one to open it waits until that is done. Calls that are still at it get their answers.</summary>
    private void Close(GroupServer server)
    {
        if (IsCurrent(server))
        {
            _server = null;
            _closing = CloseAsync(server, after: _closing);
        }
    }

    private static async Task CloseAsync(GroupServer server, Task after)
    {
        await after;
        try
        {
            await server.DisposeAsync();
        }
        catch (IOException)
        {
            // What could not be written was never acknowledged, and whoever waited for it has been told.
        }
    }
}
