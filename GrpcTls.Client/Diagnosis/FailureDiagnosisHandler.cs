using System.Collections.Concurrent;
using System.Globalization;

namespace GrpcTls.Client;

/// <summary>
/// Says why a request failed below HTTP: with what its own handshake saw, or else with one more look at the server. It stands deep
/// enough for a plain GrpcChannel, a client of the factory and an HttpClient. A request that succeeds pays nothing; one that fails returns
/// within its deadline, explained as far as its time allows.
/// </summary>
/// <param name="inner">Sends the requests.</param>
/// <param name="material">Identity and roots of the requests, null for insecure ones; null not to look at a server.</param>
/// <param name="isNamed">Whether the requests ask for another name than the address's.</param>
/// <param name="time">Tells how old an answer is.</param>
internal sealed class FailureDiagnosisHandler(HttpMessageHandler inner, Func<TlsMaterial?>? material, bool isNamed, TimeProvider time)
    : DelegatingHandler(inner)
{
    // A channel has a handful; an HttpClient that goes everywhere forgets them all and begins anew.
    private const int MostTargets = 100;

    // What a request without a deadline waits for at the most. A probe's steps end by themselves, each after 5 s.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Host, int Port, string? Name), FailureDiagnosis> _targets = new();

    /// <summary>
    /// Whether the request that begins here is made again if it never gets a connection: then only its last failure is looked into.
    /// </summary>
    public static AsyncLocal<bool> IsMadeAgain { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var isMadeAgain = IsMadeAgain.Value;
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsToExplain(e))
        {
            var problems = TlsFailure.Problems(e);
            if (problems is null && material is not null && !(isMadeAgain && TransparentRetryInterceptor.NeverConnected(e)))
            {
                problems = await Target(request).ExplainAsync(
                    e, material, Left(request, time.GetElapsedTime(begun)), cancellationToken).ConfigureAwait(false);
            }

            if (problems is null)
                throw;
            throw new TlsRequestException(problems, e);
        }
    }

    // A blocking call waits for nothing more.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return base.Send(request, cancellationToken);
        }
        catch (Exception e) when (IsToExplain(e) && TlsFailure.Problems(e) is not null)
        {
            throw new TlsRequestException(TlsFailure.Problems(e)!, e);
        }
    }

    private static bool IsToExplain(Exception e) =>
        e is not (OperationCanceledException or TlsRequestException) && TlsFailure.Chain(e).Any(TlsFailure.IsOfConnection);

    private FailureDiagnosis Target(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var name = request.Headers.Host is { } header && Uri.TryCreate($"https://{header}", UriKind.Absolute, out var named)
            ? named.DnsSafeHost
            : null;

        // Where the program chose no name, a resolver did (dns:///): people know the server by it, and not by its address.
        var host = isNamed || name is null ? uri.DnsSafeHost : name;
        if (_targets.Count >= MostTargets)
            _targets.Clear();
        return _targets.GetOrAdd(
            (host, uri.Port, name),
            static (target, time) => new FailureDiagnosis(target.Host, target.Port, target.Name, time), time);
    }

    // gRPC ends the call at its deadline, and then nobody hears what it failed with: a tenth of the time is left for telling it.
    private static TimeSpan Left(HttpRequestMessage request, TimeSpan elapsed)
    {
        if (!request.Headers.NonValidated.TryGetValues("grpc-timeout", out var values) || Timeout(values.ToString()) is not { } timeout)
            return LongestWait;
        var left = (timeout - elapsed) * 0.9;
        return left < LongestWait ? left : LongestWait;
    }

    // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: up to eight digits and a unit.
    private static TimeSpan? Timeout(string text) =>
        text.Length is >= 2 and <= 9 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? text[^1] switch
            {
                'H' => TimeSpan.FromHours(value),
                'M' => TimeSpan.FromMinutes(value),
                'S' => TimeSpan.FromSeconds(value),
                'm' => TimeSpan.FromMilliseconds(value),
                'u' => TimeSpan.FromMicroseconds(value),
                'n' => TimeSpan.FromMicroseconds(value / 1000.0),
                _ => null,
            }
            : null;
}
