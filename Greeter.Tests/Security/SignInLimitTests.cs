using System.Net;
using System.Net.Sockets;
using Greeter.Auth.V1;
using Grpc.Core;
using Grpc.Net.Client;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>Guessing is limited, locks nobody out who has been here before, and fills no memory.</summary>
public sealed class SignInLimitTests : IDisposable
{
    private const string Home = "192.0.2.1", Elsewhere = "192.0.2.2";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly SignInLimit _limit;

    public SignInLimitTests() => _limit = new SignInLimit(new SignInOptions(), _time);

    [Fact]
    public async Task Invented_names_and_addresses_take_no_memory()
    {
        const int Names = 60_000, BytesForANameThatIsKept = 300;
        await using var server = await TestServer.StartAsync(_folder);
        var limit = server.App.Services.GetRequiredService<SignInLimit>();
        var attempts = Enumerable.Range(0, Names).Select(i => (User: $"user {i}", Address: $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}")).ToArray();
        limit.Allows("warm", "up");

        // What was never allocated is not kept. Of this thread alone: other tests run in the same process.
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (user, address) in attempts)
            limit.Allows(user, address);

        ((GC.GetAllocatedBytesForCurrentThread() - before) / Names).Should().BeLessThan(BytesForANameThatIsKept);
    }

    [Fact]
    public void Any_number_of_keys_shares_a_fixed_number_of_counters()
    {
        var slots = Enumerable.Range(0, 200_000).Select(i => KeyedLimit.Slot($"user {i}")).ToHashSet();

        slots.Should().OnlyContain(slot => slot >= 0 && slot < KeyedLimit.Counters);
        slots.Count.Should().BeGreaterThan(KeyedLimit.Counters / 2, "the keys are spread");
    }

    [Fact]
    public void Five_wrong_passwords_from_elsewhere_lock_nobody_out_where_they_have_signed_in_before()
    {
        Attempts("alice", Home, 1).Should().Be(1);
        _limit.Succeeded("alice", Home);
        _time.Advance(TimeSpan.FromMinutes(1));

        Attempts("alice", Elsewhere, 100).Should().Be(5);

        Attempts("alice", Home, 100).Should().Be(5, "where she has signed in she has her own five");
        Attempts("alice", "192.0.2.3", 1).Should().Be(0, "elsewhere nobody tries her password more often");
        Attempts("bob", Elsewhere, 1).Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Attempts("alice", "192.0.2.3", 1).Should().Be(1);
    }

    [Fact]
    public void A_place_is_the_user_s_own_and_is_forgotten_after_thirty_days()
    {
        _limit.Succeeded("alice", Home);
        Attempts("bob", Elsewhere, 100).Should().Be(5);
        Attempts("bob", Home, 1).Should().Be(0, "it was alice who signed in there");

        _time.Advance(TimeSpan.FromDays(30));
        Attempts("alice", Elsewhere, 100).Should().Be(5);
        Attempts("alice", Home, 1).Should().Be(0);
    }

    [Fact]
    public void Invented_names_behind_the_same_address_lock_nobody_out_who_has_signed_in_there()
    {
        _limit.Succeeded("alice", Home);

        Enumerable.Range(0, 1000).Count(i => _limit.Allows($"user {i}", Home)).Should().Be(30);

        Attempts("bob", Home, 1).Should().Be(0);
        Attempts("alice", Home, 1).Should().Be(1);
    }

    [Fact]
    public void What_the_address_is_refused_does_not_count_for_the_user()
    {
        Enumerable.Range(0, 30).Count(i => _limit.Allows($"user {i}", Home)).Should().Be(30);

        Attempts("alice", Home, 100).Should().Be(0);
        Attempts("alice", Elsewhere, 5).Should().Be(5);
    }

    [FactOnLinux]
    public async Task The_right_password_counts_while_others_guess_from_elsewhere()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, TestSignIn.Settings(_folder, "alice"));
        (await SignInAsync(server, "127.0.0.1", TestUsers.Password)).Should().Be(StatusCode.OK);
        _time.Advance(TimeSpan.FromMinutes(1));

        for (var i = 0; i < 6; i++)
            (await SignInAsync(server, "127.0.0.2", $"guess {i}")).Should().Be(i < 5 ? StatusCode.Unauthenticated : StatusCode.ResourceExhausted);

        (await SignInAsync(server, "127.0.0.3", TestUsers.Password)).Should().Be(StatusCode.ResourceExhausted);
        (await SignInAsync(server, "127.0.0.1", TestUsers.Password)).Should().Be(StatusCode.OK);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_header_does_not_make_another_address(string isForwarded)
    {
        // As ASPNETCORE_FORWARDEDHEADERS_ENABLED sets it.
        await using var server = await TestServer.StartAsync(
            _folder, builder => builder.Configuration["ForwardedHeaders_Enabled"] = isForwarded, [.. TestSignIn.Settings(_folder, "alice"), "--SignIn:AttemptsPerAddress", "3"]);
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        var statuses = new List<StatusCode>();
        for (var i = 0; i < 6; i++)
        {
            var request = new SignInRequest { User = $"user{i}", Password = "guess" };
            statuses.Add(await StatusAsync(new SignIn.SignInClient(channel).SignInAsync(request, new Metadata { { "x-forwarded-for", $"198.51.100.{i}" } })));
        }

        statuses.Should().Equal([.. Enumerable.Repeat(StatusCode.Unauthenticated, 3), .. Enumerable.Repeat(StatusCode.ResourceExhausted, 3)]);
        server.Log.All.Should().NotContain(line => line.Contains("198.51.100.", StringComparison.Ordinal), "the log has the connection's address");
    }

    [Theory]
    [InlineData("!!!!")]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AQAAAAIAAAPoAAAAEA==")]
    [InlineData("AQAAAAJ/////AAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task A_damaged_hash_is_told_as_a_wrong_password_and_logged_once(string hash)
    {
        var users = TestUsers.Write(_folder, "alice");
        await File.AppendAllTextAsync(users, $"bob {hash}\n");
        await using var server = await TestServer.StartAsync(_folder, "--SignIn:Users", users);

        for (var i = 0; i < 3; i++)
        {
            var status = await server.RefusedAsync(PortKind.Tls, "bob", TestUsers.Password);
            (status.StatusCode, status.Detail).Should().Be((StatusCode.Unauthenticated, "unknown user or wrong password"));
        }

        (await server.SignInAsync(Proof.None, PortKind.Tls, "alice", TestUsers.Password)).AccessToken.Should().NotBeEmpty();
        server.Log.All.Should().ContainSingle(line => line.Contains("line 2 of", StringComparison.Ordinal)).Which.Should().Contain("users.cs -- add bob");
        if (hash.Length > 0)
            server.Log.All.Should().NotContain(line => line.Contains(hash, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<StatusCode> SignInAsync(TestServer server, string from, string password)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = TlsHandshake.Client(TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem)),
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, server.Port(PortKind.Tls), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var channel = GrpcChannel.ForAddress(server.Tls, new GrpcChannelOptions { HttpHandler = handler });
        return await StatusAsync(new SignIn.SignInClient(channel).SignInAsync(new SignInRequest { User = "alice", Password = password }));
    }

    private static async Task<StatusCode> StatusAsync(AsyncUnaryCall<SignInReply> call)
    {
        try
        {
            await call;
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private int Attempts(string user, string address, int times) => Enumerable.Range(0, times).Count(_ => _limit.Allows(user, address));
}
