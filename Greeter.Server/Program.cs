using Greeter.Server.Tls;
using Greeter.Tls;

namespace Greeter.Server;

internal static class Program
{
    private static Task<int> Main(string[] args) => Startup.RunAsync(() => Build(args));

    /// <summary>Everything the server is made of.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="adjust">What a test adds or replaces.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(Startup.Options(args));
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var settings = new SettingsReader(builder.Configuration, builder.Environment.ContentRootPath);

        builder.AddTlsPorts(settings);
        builder.AddDrain();
        builder.Services.AddGrpc();
        settings.ThrowIfAny();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseTransportHeader();
        app.MapGrpcService<GreeterService>();
        return app;
    }
}
