using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Atlas B: the server's certificate is good, and for another name.</summary>
public sealed class FailureNameTests
{
    // B01, B03, B05, B07, B09: the name asked for, those that the certificate carries instead, and one it may be called by.
    public static TheoryData<string, string, string> Names => new()
    {
        { "greeter.example.com", "localhost, 127.0.0.1, ::1", "localhost" },
        { "localhost", "greeter.example.com", "greeter.example.com" },
        { "127.0.0.1", "localhost", "localhost" },
        { "localhost", "127.0.0.1", "127.0.0.1" },
        { "::1", "localhost, 127.0.0.1", "127.0.0.1" },
        { "a.b.example.test", "*.example.test", "a.example.test" },
        { "example.test", "*.example.test", "b.example.test" },
        { "localhost", "spiffe://greeter.example/server, greeter.example.com", "greeter.example.com" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_name_is_told_with_the_names_there_are(string asked, string carried, string right)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var names = carried.Split(", ");
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(
            LeafProfile.Server([.. names.Where(name => !name.Contains('/'))]) with { CommonName = "a server", Uris = [.. names.Where(name => name.Contains('/')).Select(name => new Uri(name))] },
            TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);
        string[] call = ["--credentials", "mtls", "--address", server.Mtls, "--server-name"];

        (await TestClient.RunAsync(folder, [.. call, right])).ShouldGreet();
        var client = await TestClient.RunAsync(folder, [.. call, asked]);

        client.ShouldFail("server-name-mismatch", $"asked for {asked}; the certificate is for ");
        client.Error.Should().ContainAll(names);
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    public async Task The_address_decides_which_name_is_asked_for(string carried, string called)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server(carried), TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url(PortKind.Tls, carried))).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url(PortKind.Tls, called)))
            .ShouldFail("server-name-mismatch", $"asked for {called}; the certificate is for {carried}");
    }

    [Fact]
    public async Task A_certificate_for_a_URI_alone_names_what_it_has() // B09
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var svid = new LeafProfile { CommonName = "workload", Uris = [new Uri("spiffe://greeter.example/server")], ServerAuth = true };
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(svid, TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Tls))
            .ShouldFail("server-name-mismatch", "asked for localhost; the certificate is for spiffe://greeter.example/server");
    }

    [Fact]
    public async Task A_certificate_without_names_is_refused_here_and_the_doctor_warns() // B02
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(new LeafProfile { CommonName = "localhost", ServerAuth = true }, TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Tls))
            .ShouldFail("server-name-mismatch", "asked for localhost; the certificate is for no name at all (its subject is CN=localhost)");
        var doctor = await TestClient.RunAsync(folder, "doctor", "--files", folder.Root);

        doctor.ExitCode.Should().Be(0, "other clients still take it");
        doctor.Error.Should().Contain("[certificate-without-names]").And.Contain("CN=localhost has no subject alternative names");
    }
}
