using Greeter.Auth.V1;
using Greeter.Hosting;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using GrpcTls.AspNetCore;

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
        builder.AddLogs();
        var settings = new SettingsReader(builder.Configuration, builder.Environment.ContentRootPath);

        builder.AddTlsPorts(settings);
        builder.AddCallers(settings, Helloworld.Greeter.Descriptor, SignIn.Descriptor, Health.Descriptor, ServerReflection.Descriptor);
        builder.AddReflection(Helloworld.Greeter.Descriptor, SignIn.Descriptor, Health.Descriptor);
        builder.AddHealth(Helloworld.Greeter.Descriptor.FullName, SignIn.Descriptor.FullName);
        builder.AddTelemetry();
        builder.AddDrain();
        builder.Services.AddGrpc().AddCheckedMethods().AddMessageLimit();
        settings.ThrowIfAny();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseTransportHeader();
        app.UseCallLog();
        app.UseWaitingBytes();
        app.UseHealthPort();
        app.UseCallers();
        app.MapGreeterService<GreeterService>();
        app.MapGreeterService<SignInService>();
        app.MapGreeterService<HealthService>();
        app.MapReflection();
        return app;
    }
}
