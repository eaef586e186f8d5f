using GrpcTls.AspNetCore;
using GrpcTls;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Greeter.Server;

/// <summary>The log: on standard error, printable, and bounded whatever strangers send; and so for every provider that is added.</summary>
internal static class LogsSetup
{
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new LimitedLogs(
            new PrintableLogs(services.GetRequiredService<LoggerFactory>()), services.GetRequiredService<TimeProvider>(),
            "Microsoft.", "System.", "Grpc.", typeof(SignInService).FullName!)));
    }
}
