using GrpcTls.AspNetCore;
using GrpcTls;

namespace Greeter.Server;

/// <summary>What <c>--help</c> prints: every section with its keys, as the code has them.</summary>
internal static class ServerHelp
{
    private static readonly (string Section, Type Options)[] Sections =
    [
        (PortsOptions.Section, typeof(PortsOptions)), (ListenScopeOptions.Section, typeof(ListenScopeOptions)),
        (TlsOptions.Section, typeof(TlsOptions)), (SignInOptions.Section, typeof(SignInOptions)),
        (LimitsOptions.Section, typeof(LimitsOptions)),
    ];

    public static bool IsAsked(string[] args) => args.Any(argument => argument is "--help" or "-h" or "-?");

    public static string Text =>
        $"""
         Serves helloworld.Greeter without TLS, with TLS and with mutual TLS, as appsettings.json says.

         Usage: dotnet run --project Greeter.Server -- [--SECTION:KEY VALUE ...]

         A setting given here wins over the environment (Ports__Mtls=50063) and over appsettings.json. Settings:

         {string.Join('\n', Sections.SelectMany(Keys))}
           --{AccessPolicy.Section}:SERVICE/METHOD
           --Logging:LogLevel:CATEGORY

         For example: dotnet run --project Greeter.Server -- --Ports:Mtls 50063 --Listen:Mtls Any
         docs/settings.md says what each one means and what it is by default.
         """;

    private static IEnumerable<string> Keys((string Section, Type Options) section) =>
        section.Options.GetProperties().Where(property => property.CanWrite).Select(property => $"  --{section.Section}:{property.Name}");
}
