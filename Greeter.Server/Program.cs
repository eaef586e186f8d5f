using Greeter.Hosting;

namespace Greeter.Server;

internal static class Program
{
    private static Task<int> Main(string[] args) => Startup.RunAsync(args, () => Build(args));

    /// <summary>Everything the server is made of.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="adjust">What a test adds or replaces.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(Startup.Options(args));
        var settings = new SettingsReader(builder.Configuration, builder.Environment.ContentRootPath);

        builder.AddPorts(settings);                                                   // 50051 insecure, 50052 TLS, 50053 mutual TLS
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));             // whose certificates, and whom to trust
        builder.Services.AddAccess(builder.Configuration.GetSection("Access"));       // who may call what; the rest is denied
        builder.AddSignIn(settings);                                                  // the other way to be somebody: a password
        builder.AddLimits(settings);
        builder.AddHealth();
        builder.AddCallLog();
        builder.Services.AddGracefulShutdown();
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpc().AddCheckedMessages();
        settings.ThrowIfAny();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseCallLog();
        app.UseMessageLimits();
        app.UseHealthPort();
        app.UseAuthentication();
        app.UseCallerHeader();
        app.UseCallLimit();
        app.UseTlsForSignIn();
        app.UseAuthorization();

        app.MapGrpcService<GreeterService>();
        app.MapGrpcService<SignInService>();
        app.MapGrpcHealthChecksService();
        if (app.Environment.IsDevelopment())
            app.MapGrpcReflectionService();
        return app;
    }
}
