namespace OrleansQueue.Azurite;

/// <summary>What the proxy does to a request.</summary>
internal enum StorageFault
{
    /// <summary>The connection is cut before the storage sees the request.</summary>
    LoseRequest,

    /// <summary>The storage does it and the connection is cut before the answer.</summary>
    LoseAnswer,

    /// <summary>The connection is cut in the middle of the answer.</summary>
    CutAnswer,

    /// <summary>The storage gets the request late.</summary>
    DelayRequest,

    /// <summary>The storage gets the request twice, and its second answer is what comes back.</summary>
    Repeat,

    /// <summary>The storage gets the request once more when it is answered long since.</summary>
    RepeatLate,

    /// <summary>The storage is too busy, says so, and does nothing.</summary>
    Busy,

    /// <summary>The storage did it and says that it is too busy.</summary>
    BusyAfterwards,
}
