using System.Net;
using System.Net.Sockets;

namespace GrpcTls;

/// <summary>
/// Goes the way to a server step by step with the same material as the calls, never with weaker checks, and says where
/// it ends and why. It makes a handshake and sends no request. A server that asks for a certificate is asked first, on a
/// connection that ends before it is answered, so that it refuses nobody for the question.
/// </summary>
/// <param name="host">The address's host, a name or an IP address.</param>
/// <param name="port">The address's port.</param>
/// <param name="material">Identity and roots; null for a client that does not speak TLS.</param>
/// <param name="serverName">The name to verify instead of the host; null for that.</param>
public sealed class TlsProbe(string host, int port, TlsMaterial? material, string? serverName = null)
{
    // A person waits for the answer; a server that takes longer than this for one step is as good as absent.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly List<TlsStep> _steps = [];
    private readonly List<TlsProblem> _problems = [];

    /// <summary>
    /// How a connection ended that the server closed before it said anything, where one did: then no other is made with a
    /// certificate that is known not to fit. Null, the default, to find out.
    /// </summary>
    public string? Ending { get; init; }

    /// <summary>Goes the way once.</summary>
    /// <param name="cancellationToken">Ends the probe early, with an <see cref="OperationCanceledException"/>.</param>
    public async Task<TlsDiagnosis> RunAsync(CancellationToken cancellationToken = default)
    {
        if (await ResolveAsync(cancellationToken).ConfigureAwait(false) is { } addresses
            && await ConnectAsync(addresses, cancellationToken).ConfigureAwait(false) is { } endpoint)
        {
            var way = new ProbeTarget(host, port, endpoint, serverName ?? host, Timeout);
            var (steps, problems) = material is null
                ? await PlainProbe.RunAsync(way, cancellationToken).ConfigureAwait(false)
                : await HandshakeProbe.RunAsync(way, material, Ending, cancellationToken).ConfigureAwait(false);
            _steps.AddRange(steps);
            _problems.AddRange(problems);
        }

        string[] all = material is null
            ? ["resolve", "connect", "http2"]
            : ["resolve", "connect", "tls", "certificate", "trust", "name", "client-certificate", "http2"];
        return new TlsDiagnosis(
            [.. all.Select(name => _steps.Find(step => step.Name == name) ?? new TlsStep(name, TlsStepStatus.NotReached, []))], _problems);
    }

    private async Task<IPAddress[]?> ResolveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var addresses = IPAddress.TryParse(host, out var address) ? [address]
                : await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(Timeout, CancellationToken.None).ConfigureAwait(false);
            _steps.Add(new TlsStep("resolve", TlsStepStatus.Passed, [$"{host} is {string.Join<IPAddress>(", ", addresses)}"]));
            return addresses;
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            _steps.Add(new TlsStep("resolve", TlsStepStatus.Failed, [e.Message]));
            _problems.Add(TlsProblems.NameNotFound.With(("host", host), ("reason", e.Message)));
            return null;
        }
    }

    private async Task<IPEndPoint?> ConnectAsync(IPAddress[] addresses, CancellationToken cancellationToken)
    {
        var reason = "no address";
        foreach (var address in addresses)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Timeout);
            try
            {
                var endpoint = new IPEndPoint(address, port);
                await socket.ConnectAsync(endpoint, timeout.Token).ConfigureAwait(false);
                _steps.Add(new TlsStep("connect", TlsStepStatus.Passed, [$"{endpoint}"]));
                return endpoint;
            }
            catch (SocketException e)
            {
                reason = e.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reason = $"no answer within {Timeout.TotalSeconds:0} s";
            }
        }

        _steps.Add(new TlsStep("connect", TlsStepStatus.Failed, [reason]));
        _problems.Add(TlsProblems.ServerUnreachable.With(
            ("host", host), ("port", port), ("addresses", string.Join<IPAddress>(", ", addresses)), ("reason", reason)));
        return null;
    }
}
