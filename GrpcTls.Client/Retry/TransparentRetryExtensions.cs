using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace GrpcTls.Client;

/// <summary>
/// Transparent retry (gRFC A6): calls that no server has taken are made again, so that a server may end its connections and stop without
/// a call lost. Opt in, because two gaps of the platform are closed here; this goes when they are.
/// </summary>
/// <remarks>
/// <para>
/// HttpClient sends a streaming request again after a GOAWAY, but without what had been written to it: the call waits for its deadline.
/// A server whose connections end while calls begin shows it (<c>context</c> is the HttpContext of any call):
/// <code>
/// app.Use((context, next) =&gt;
/// {
///     context.Features.Get&lt;IConnectionLifetimeNotificationFeature&gt;()!.RequestClose();
///     return next(context);
/// });
/// // the client, in a loop:
/// using var chat = client.Chat(deadline: DateTime.UtcNow.AddSeconds(5));
/// await chat.RequestStream.WriteAsync(new Message());
/// await chat.ResponseStream.MoveNext(default);              // sometimes DeadlineExceeded: the message went to the old connection
/// </code>
/// </para>
/// <para>
/// A connection that is refused or reset before its handshake is over fails the call, though nothing of it has left. The service config's
/// retry policy does not tell this from a call that a server has taken, and executes that one twice:
/// <code>
/// new MethodConfig
/// {
///     Names = { MethodName.Default },
///     RetryPolicy = new() { MaxAttempts = 2, RetryableStatusCodes = { StatusCode.Unavailable } },
/// };
/// // the server: Interlocked.Increment(ref taken); context.GetHttpContext().Abort();      // taken is 2 for one call
/// </code>
/// </para>
/// </remarks>
public static class TransparentRetryExtensions
{
    /// <summary>
    /// Calls that no server has taken are made again: unary calls whose connection was refused or reset before its handshake was over, five
    /// times within a third of a second and within the deadline; streams that a GOAWAY refused, with up to 64 KiB of what had been written.
    /// </summary>
    /// <param name="channel">The channel. Streams are sent again only by one of <see cref="TlsChannel"/>.</param>
    /// <returns>What a client is made with: <c>new OrdersClient(channel.WithTransparentRetry())</c>.</returns>
    public static CallInvoker WithTransparentRetry(this GrpcChannel channel) => channel.Intercept(new TransparentRetryInterceptor());
}
