using System.Net.Security;
using System.Net.Sockets;
using GrpcTls.AspNetCore;
using GrpcTls;

namespace Greeter.Benchmarks;

/// <summary>What it costs the server to say why it refuses a handshake.</summary>
internal static class RefusedHandshakes
{
    private const int Handshakes = 100;

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync(_ => { });
        var source = ((TlsMaterialSources)server.App.Services.GetService(typeof(TlsMaterialSources))!).Get(TlsSide.Server);
        var silent = TlsHandshake.MutualServer(source.Current);
        var refusals = TlsServerServices.Of(server.App.Services).Rejections;
        var explaining = TlsHandshake.MutualServer(source.Current, refusals.Observer(source.Current));
        var port = new TlsEndpointFeature("mtls", IsTls: true, IsMutual: true);
        await Paired.RunAsync(
            "Handshakes that are refused, client and server together", "handshake", rounds,
            ("without an explanation", () => RunAsync(silent, port)),
            ("with our explanation", () => RunAsync(explaining, port)));
    }

    private static async Task<int> RunAsync(SslServerAuthenticationOptions options, TlsEndpointFeature port)
    {
        var client = TlsHandshake.Client(BenchServer.Stranger);
        client.TargetHost = "localhost";
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        for (var i = 0; i < Handshakes; i++)
        {
            using var near = new TcpClient();
            var connecting = near.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint);
            using var far = await listener.AcceptTcpClientAsync();
            await connecting;
            HandshakeContext.Begin(port, far.Client.RemoteEndPoint);
            await using var server = new SslStream(far.GetStream());
            await using var stranger = new SslStream(near.GetStream());
            var shaken = stranger.AuthenticateAsClientAsync(client);
            try
            {
                await server.AuthenticateAsServerAsync(options);
                throw new InvalidOperationException("a stranger was let in");
            }
            catch (System.Security.Authentication.AuthenticationException)
            {
                // As it should be.
            }

            far.Close();
            await shaken.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return Handshakes;
    }
}
