using System.Runtime.Versioning;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Files that others on the machine can read or write are not taken without a word.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FilePermissionTests : IDisposable
{
    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    // File, mode, and the problem: an error, a warning in the log, or nothing.
    public static TheoryData<string, string, string?> Cases => new()
    {
        { "server_key.pem", "600", null },
        { "server_key.pem", "640", null },
        { "server_key.pem", "644", "warning key-readable-by-others" },
        { "server_key.pem", "660", "file-writable-by-others" },
        { "server_key.pem", "602", "file-writable-by-others" },
        { "server_key.pem", "666", "file-writable-by-others" },
        { "password.txt", "600", null },
        { "password.txt", "644", "warning key-readable-by-others" },
        { "password.txt", "622", "file-writable-by-others" },
        { "client_ca.pem", "644", null },
        { "client_ca.pem", "664", null },
        { "client_ca.pem", "666", "file-writable-by-others" },
        { "client_ca.crl", "644", null },
        { "client_ca.crl", "646", "file-writable-by-others" },
        { "users.txt", "644", null },
        { "users.txt", "666", "file-writable-by-others" },
        { "server_cert.pem", "644", null },
    };

    [TheoryOnUnix]
    [MemberData(nameof(Cases))]
    public async Task The_mode_of_a_file_is_looked_at_at_start(string file, string mode, string? expected)
    {
        var arguments = Arguments();
        SetMode(file, mode);

        if (expected is null || expected.StartsWith("warning ", StringComparison.Ordinal))
        {
            await using var server = await TestServer.StartAsync(_folder, _time, arguments);
            var told = server.Log.All.Where(line => line.Contains("by-others]", StringComparison.Ordinal)).ToArray();
            told.Should().HaveCount(expected is null ? 0 : 1, string.Join('\n', server.Log.All));
            if (expected is not null)
                told[0].Should().StartWith("Warning").And.Contain($"[{expected["warning ".Length..]}]").And.Contain(_folder.Path(file)).And.Contain(mode);
            return;
        }

        var start = () => TestServer.StartAsync(_folder, _time, arguments);
        var problem = (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Subject;
        problem.Id.Should().Be(expected);
        problem.Cause.Should().Contain(_folder.Path(file)).And.Contain(mode);
    }

    [FactOnUnix]
    public async Task The_mode_of_a_file_is_followed_like_its_contents()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, Arguments());

        SetMode("client_ca.pem", "666");
        _time.Advance(TimeSpan.FromSeconds(5));
        server.Log.All.Should().ContainSingle(line => line.Contains("the old ones stay in use", StringComparison.Ordinal))
            .Which.Should().Contain("[file-writable-by-others]").And.Contain(_folder.ClientCa);
        SetMode("client_ca.pem", "644");
        _time.Advance(TimeSpan.FromSeconds(5));
        server.Log.All.Last().Should().Contain("good again");

        SetMode("server_key.pem", "644");
        _time.Advance(TimeSpan.FromSeconds(5));
        server.Log.All.Should().ContainSingle(line => line.Contains("[key-readable-by-others]", StringComparison.Ordinal));
    }

    [FactOnUnix]
    public async Task A_link_has_the_mode_of_the_file_that_it_leads_to()
    {
        // Links themselves are 0777; Kubernetes mounts secrets behind two of them.
        Directory.CreateDirectory(_folder.Path("..1"));
        File.Move(_folder.ServerKey, _folder.Path("..1/server_key.pem"));
        File.CreateSymbolicLink(_folder.Path("..data"), "..1");
        File.CreateSymbolicLink(_folder.ServerKey, "..data/server_key.pem");

        await using (var server = await TestServer.StartAsync(_folder, _time))
            server.Log.All.Should().NotContain(line => line.Contains("by-others]", StringComparison.Ordinal));

        SetMode("..1/server_key.pem", "666");
        var start = () => TestServer.StartAsync(_folder, _time);
        (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Which.Id.Should().Be("file-writable-by-others");
    }

    [FactOnUnix]
    public async Task A_client_does_not_take_roots_that_others_can_write()
    {
        await using var server = await TestServer.StartAsync(_folder, _time);
        string[] call = ["--credentials", "tls", "--address", server.Tls];
        SetMode("server_ca.pem", "666");

        (await TestClient.RunAsync(_folder, call)).ShouldNotStart("file-writable-by-others", _folder.ServerCa);

        SetMode("server_ca.pem", "644");
        (await TestClient.RunAsync(_folder, call)).ShouldGreet();
    }

    public void Dispose() => _folder.Dispose();

    private string[] Arguments()
    {
        _folder.Write("client_ca.crl", RevokedList.ToPem(TestPki.Ec.ClientCa.Issuing, earlierPem: null, [], TestPki.Now));
        TestUsers.Write(_folder, "alice");
        _folder.Write(_folder.ServerKey, EncryptedKey.Pem(TestPki.Ec.Server, "secret"));
        _folder.Write("password.txt", "secret\n");
        SetMode("password.txt", "600");
        SetMode("server_key.pem", "600");
        return
        [
            "--Tls:RevocationLists", _folder.Path("client_ca.crl"), "--SignIn:Users", _folder.Path("users.txt"),
            "--Tls:PrivateKeyPasswordFile", _folder.Path("password.txt"),
        ];
    }

    private void SetMode(string file, string mode) => File.SetUnixFileMode(_folder.Path(file), (UnixFileMode)Convert.ToInt32(mode, 8));
}
