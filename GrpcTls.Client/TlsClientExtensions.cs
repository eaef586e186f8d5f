using Grpc.Net.ClientFactory;
using GrpcTls;
using GrpcTls.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>TLS for the clients of a container: those of <c>AddGrpcClient</c>, and any HttpClient.</summary>
public static class TlsClientExtensions
{
    /// <summary>
    /// The client verifies its servers against the roots of a set that <c>AddTls</c> has added, and shows no certificate. The files are
    /// watched: new connections use the newest, calls in flight finish on the old. Nothing is read here: a host reads the files when it
    /// starts; without one they are read when the client is made.
    /// </summary>
    /// <remarks>
    /// The client follows no redirect, keeps no cookie and uses no proxy: none of them has a place in gRPC. A failure is thrown as a
    /// <see cref="TlsRequestException"/>; a gRPC call carries it in <c>Status.DebugException</c>. An <c>http://</c> address is refused.
    /// What is wrong with the set (not added, a setting that is missing or misspelt, a file that cannot be used) is a
    /// <see cref="TlsException"/> with all of its problems when the host starts; without a host, when the client is made.
    /// </remarks>
    /// <param name="builder">The client.</param>
    /// <param name="name">The name that was given to <c>AddTls</c>; empty for the set without a name.</param>
    /// <param name="serverName">The name to verify, and to send as SNI and authority, instead of the address's host; null for that.</param>
    /// <param name="probeOnFailure">
    /// Whether a failure that no handshake explains is looked into with one more connection, at most once in ten seconds for all calls.
    /// </param>
    public static IHttpClientBuilder UseTls(
        this IHttpClientBuilder builder, string name = "", string? serverName = null, bool probeOnFailure = true) =>
        builder.Use(new TlsRequirement(name, TlsSide.Client, IsMutual: false), serverName, probeOnFailure);

    /// <summary>The same, and the client proves who it is with the certificate of the set.</summary>
    /// <inheritdoc cref="UseTls(IHttpClientBuilder, string, string?, bool)"/>
    public static IHttpClientBuilder UseMutualTls(
        this IHttpClientBuilder builder, string name = "", string? serverName = null, bool probeOnFailure = true) =>
        builder.Use(new TlsRequirement(name, TlsSide.Client, IsMutual: true), serverName, probeOnFailure);

    /// <summary>
    /// Calls of the client that no server has taken are made again: unary calls whose connection was refused or reset before its handshake
    /// was over, five times within a third of a second and within the deadline; streams that a GOAWAY refused, with up to 64 KiB of what
    /// had been written. <see cref="TransparentRetryExtensions"/> says which gaps of the platform this closes.
    /// </summary>
    /// <param name="builder">A client of <c>AddGrpcClient</c>.</param>
    public static IHttpClientBuilder WithTransparentRetry(this IHttpClientBuilder builder) => builder
        .AddHttpMessageHandler(() => new ReplayHandler())
        .AddInterceptor(InterceptorScope.Channel, () => new TransparentRetryInterceptor());

    private static IHttpClientBuilder Use(
        this IHttpClientBuilder builder, TlsRequirement requirement, string? serverName, bool probeOnFailure)
    {
        builder.Services.AddTlsCore();
        builder.Services.AddSingleton(requirement);
        return builder.ConfigurePrimaryHttpMessageHandler(provider =>
        {
            var sources = provider.GetRequiredService<TlsMaterialSources>();
            var source = requirement.IsMutual ? sources.ForMutualClient(requirement.Name) : sources.ForClient(requirement.Name);
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return new ClientHandlers(serverName, probeOnFailure, time).Rotating(source, requirement.IsMutual);
        });
    }
}
