using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>Puts a failed call into words, as far as its exception knows them. Opens no connection.</summary>
public static class TlsFailure
{
    /// <summary>What is wrong with the connection that a call failed with.</summary>
    /// <remarks>
    /// Mostly the channel has explained it already, and the problems are taken from the exception. Where it could not (nobody listens, or a
    /// connection is lost in the middle of a stream, which no handler sees), the platform's own reason stands in them.
    /// </remarks>
    /// <param name="failure">What was thrown: an <see cref="RpcException"/>, or what an HttpClient throws.</param>
    /// <param name="address">The channel's address, for the texts: <c>https://host:port</c>, <c>http://host:port</c> or
    /// <c>dns:///host:port</c>.</param>
    /// <returns>The problems, the decisive first; empty where the connection is not the cause, for example because a service answered with
    /// an error.</returns>
    public static IReadOnlyList<TlsProblem> Explain(Exception failure, string address)
    {
        if (Problems(failure) is { } problems)
            return problems;
        if (failure is RpcException { StatusCode: not (StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown) })
            return [];
        var chain = Chain((failure as RpcException)?.Status.DebugException ?? failure).ToArray();
        if (!chain.Any(IsOfConnection))
            return [];

        var (host, port) = HostAndPort(address);
        var reason = HandshakeFailure.Reason(chain[^1]);
        (string, object?)[] values =
        [
            ("host", host), ("port", port), ("addresses", host), ("peer", $"{host} port {port}"), ("address", address), ("reason", reason),
        ];
        var problem = chain.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => TlsProblems.NameNotFound,
            SocketError.ConnectionRefused or SocketError.TimedOut or SocketError.HostUnreachable or SocketError.HostDown
                or SocketError.NetworkUnreachable or SocketError.NetworkDown => TlsProblems.ServerUnreachable,
            _ when chain.Any(IsBeforeConnected) => TlsProblems.HandshakeFailed,
            _ => TlsProblems.ConnectionLost,
        };
        return [problem.With(values)];
    }

    /// <summary>The problems that an exception carries; null for none.</summary>
    internal static IReadOnlyList<TlsProblem>? Problems(Exception? failure) => Chain(failure)
        .Select(exception => exception switch
        {
            TlsRequestException request => request.Problems,
            TlsException tls => tls.Problems,
            RpcException call => Problems(call.Status.DebugException),
            _ => null,
        })
        .FirstOrDefault(problems => problems is not null);

    /// <summary>Whether an exception comes from the connection, and not from the service or from code of this program.</summary>
    internal static bool IsOfConnection(Exception? exception) => exception switch
    {
        TlsException or SocketException or AuthenticationException => true,

        // One stream that was reset is the service's answer to one call, by whatever code; the connection goes on.
        HttpProtocolException => !exception.Message.Contains("reset the stream", StringComparison.Ordinal),
        HttpIOException => true,
        HttpRequestException { HttpRequestError: not (HttpRequestError.Unknown or HttpRequestError.HttpProtocolError) } => true,
        _ => exception is not null && IsUnanswered(exception),
    };

    /// <summary>.NET's word for a connection that ended before the server's SETTINGS; a kind of its own it is not.</summary>
    internal static bool IsUnanswered(Exception exception) =>
        exception.Message.Contains("did not complete the HTTP/2 handshake", StringComparison.Ordinal);

    internal static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    private static bool IsBeforeConnected(Exception exception) => IsUnanswered(exception)
        || exception is AuthenticationException
            or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ConnectionError };

    // dns:///host:port has its host and port in the path.
    private static (string Host, int Port) HostAndPort(string address)
    {
        var uri = new Uri(address);
        if (uri.Host.Length == 0)
            uri = new Uri($"https://{uri.AbsolutePath.TrimStart('/')}");
        return (uri.DnsSafeHost, uri.Port);
    }
}
