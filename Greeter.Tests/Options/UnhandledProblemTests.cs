using GrpcTls;

namespace Greeter.Tests;

/// <summary>A program of somebody else, which catches nothing: three lines in its own name, and no stack trace.</summary>
public sealed class UnhandledProblemTests
{
    private const string Program = """
        using GrpcTls;
        using Microsoft.Extensions.Hosting;

        var builder = WebApplication.CreateBuilder(args);
        if (args.Contains("quiet"))
            builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));
        builder.Services.AddHostedService(services => new Opening(services.GetRequiredService<TlsMaterialSources>()));
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);
        app.Run();

        internal sealed class Opening(TlsMaterialSources sources) : IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken)
            {
                sources.Get(TlsSide.Server);
                return Task.CompletedTask;
            }

            public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        }
        """;

    [Fact]
    public async Task A_program_that_catches_nothing_prints_three_lines_for_each_problem_and_no_stack_trace()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var program = await BuildAsync(folder);
        string[] good = ["--Tls:CertificateChain", folder.ServerCert, "--Tls:PrivateKey", folder.ServerKey];
        string[] wrong = ["--Tls:CertificateChan", folder.ServerCert, "--Tls:PrivateKey", folder.Path("nowhere.pem")];

        (await RunAsync(program, [.. good, "quiet"])).ExitCode.Should().Be(0, "the good twin starts, and stops by itself");
        var quiet = await RunAsync(program, [.. wrong, "quiet"]);
        var usual = await RunAsync(program, wrong);

        quiet.ExitCode.Should().NotBe(0);
        quiet.Output.Should().BeEmpty();
        var lines = quiet.Error.ReplaceLineEndings("\n").Trim().Split('\n');
        lines.Should().HaveCount(9);
        lines[0].Should().Be("Unhandled exception. orders: error: unknown setting [unknown-setting]");
        lines.Skip(1).Should().OnlyContain(line => line.StartsWith("orders: ", StringComparison.Ordinal));
        string.Join('\n', lines).Should().Contain("[setting-missing]").And.Contain("[file-missing]").And.Contain("did you mean CertificateChain?");
        (usual.Output + usual.Error).Should().Contain("orders: error: a file is missing [file-missing]")
            .And.NotContain("   at ").And.NotContain("GrpcTls.Tls", "no type of ours is named to a person");
    }

    [Fact]
    public void The_exception_is_its_problems_lines_however_it_is_printed()
    {
        var thrown = FluentActions.Invoking(() => TlsMaterial.FromPem("no PEM", null, null)).Should().Throw<TlsException>().Which;

        thrown.ToString().Should().Be(thrown.Message).And.NotContain("   at ");
        thrown.Message.Split(Environment.NewLine).Should().HaveCount(3).And.OnlyContain(line => line.Contains(": ", StringComparison.Ordinal));
        new TlsException(thrown.Problems[0], new IOException("behind it")).ToString().Should().NotContain("behind it");
    }

    private static Task<ProcessResult> RunAsync(string program, string[] arguments) =>
        ChildProcess.RunAsync(Programs.Dotnet, [program, .. arguments]);

    // Against the built library: nothing of this repository is built along with it.
    private static async Task<string> BuildAsync(TestFolder folder)
    {
        var library = typeof(TlsMaterial).Assembly.Location;
        Directory.CreateDirectory(folder.Path("orders"));
        folder.Write("orders/Program.cs", Program);
        folder.Write("orders/Orders.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup><Reference Include="GrpcTls" HintPath="{library}" /></ItemGroup>
            </Project>
            """);
        var build = await ChildProcess.RunAsync(
            Programs.Dotnet, ["build", "orders", "--nologo", "-v", "q", "-o", folder.Path("built")], folder.Root);
        build.ExitCode.Should().Be(0, build.Output + build.Error);
        return folder.Path("built/Orders.dll");
    }
}
