using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OrleansQueue.Azurite;

/// <summary>Stands between a store and its storage and does to requests what networks and storages do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _storage = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly Uri _target;
    private readonly Random _random;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<StorageFault, int> _counts = new();
    private readonly ConcurrentBag<Task> _late = [];
    private volatile Func<HttpRequest, StorageFault?> _choose = static _ => null;

    private FaultProxy(WebApplication app, Uri target, int seed, TimeProvider clock)
    {
        _clock = clock;
        _app = app;
        _target = target;
        _random = new Random(seed);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How often each fault happened.</summary>
    public IReadOnlyDictionary<StorageFault, int> Counts => _counts;

    public static async Task<FaultProxy> StartAsync(Uri target, int seed = 1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var proxy = new FaultProxy(app, target, seed, TimeProvider.System);
        app.Run(proxy.HandleAsync);
        await app.StartAsync();
        return proxy;
    }

    /// <summary>From now on a part of all requests meets some fault.</summary>
    public void Disturb(double part) => _choose = _ =>
    {
        lock (_random)
        {
            return _random.NextDouble() < part ? (StorageFault)_random.Next(Enum.GetValues<StorageFault>().Length) : null;
        }
    };

    /// <summary>From now on requests meet what is chosen for them.</summary>
    public void Disturb(Func<HttpRequest, StorageFault?> choose) => _choose = choose;

    /// <summary>The next of those requests meets a fault, and no other does.</summary>
    public void DisturbNext(Func<HttpRequest, bool> which, StorageFault fault)
    {
        var left = 1;
        _choose = request => which(request) && Interlocked.Exchange(ref left, 0) == 1 ? fault : null;
    }

    /// <summary>From now on all is well.</summary>
    public void Rest() => _choose = static _ => null;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_late);
        await _app.DisposeAsync();
        _storage.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new SeenRequest(context, _target, body.ToArray());
        var fault = _choose(context.Request);
        if (fault is { } happens)
        {
            _counts.AddOrUpdate(happens, 1, static (_, count) => count + 1);
        }

        switch (fault)
        {
            case StorageFault.LoseRequest:
                context.Abort();
                return;
            case StorageFault.Busy:
                SayBusy(context);
                return;
            case StorageFault.DelayRequest:
                await WaitAsync();
                break;
            case StorageFault.Repeat:
                (await SendAsync(request)).Dispose();
                break;
        }

        using var answer = await SendAsync(request);
        switch (fault)
        {
            case StorageFault.LoseAnswer:
                context.Abort();
                return;
            case StorageFault.BusyAfterwards:
                SayBusy(context);
                return;
            case StorageFault.RepeatLate:
                _late.Add(RepeatLateAsync(request));
                break;
        }

        await AnswerAsync(context, answer, cut: fault == StorageFault.CutAnswer);
    }

    private async Task RepeatLateAsync(SeenRequest request)
    {
        await WaitAsync();
        (await SendAsync(request)).Dispose();
    }

    // Long enough for others to come between, and not so long that a store takes the request for lost.
    private Task WaitAsync()
    {
        lock (_random)
        {
            return Task.Delay(TimeSpan.FromMilliseconds(_random.Next(10, 400)), _clock);
        }
    }

    private Task<HttpResponseMessage> SendAsync(SeenRequest request) => _storage.SendAsync(request.ToMessage(), HttpCompletionOption.ResponseHeadersRead);

    private static void SayBusy(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers["x-ms-error-code"] = "ServerBusy";
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer, bool cut)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase) && !name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!cut)
        {
            if (bytes.Length != 0)
            {
                await context.Response.Body.WriteAsync(bytes);
            }

            return;
        }

        if (bytes.Length > 1)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await context.Response.Body.FlushAsync();
        }

        context.Abort();
    }

    /// <summary>A request that can be sent several times.</summary>
    private sealed class SeenRequest(HttpContext context, Uri target, byte[] body)
    {
        private readonly string _method = context.Request.Method;
        private readonly Uri _to = new(target.GetLeftPart(UriPartial.Authority) + context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        private readonly List<(string Name, string?[] Values)> _headers =
            [.. context.Request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Transfer-Encoding" or "Expect")).Select(header => (header.Key, header.Value.ToArray()))];

        public HttpRequestMessage ToMessage()
        {
            var message = new HttpRequestMessage(new HttpMethod(_method), _to);
            if (body.Length != 0 || _method is "PUT" or "POST")
            {
                message.Content = new ByteArrayContent(body);
            }

            foreach (var (name, values) in _headers)
            {
                if (!message.Headers.TryAddWithoutValidation(name, values))
                {
                    message.Content?.Headers.TryAddWithoutValidation(name, values);
                }
            }

            return message;
        }
    }
}
