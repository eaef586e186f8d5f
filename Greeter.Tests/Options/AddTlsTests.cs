using System.Diagnostics.Metrics;
using GrpcTls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Greeter.Tests;

/// <summary>AddTls: what a set holds, who gets it, and what its users see where something is wrong.</summary>
public sealed class AddTlsTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly TestFolder _other = TestFolder.With(TestPki.Rsa);

    [Fact]
    public async Task Sets_of_two_names_have_their_own_roots()
    {
        var builder = TlsHost.Builder(_folder, []);
        builder.Services.AddTls("here", options => options.TrustedRoots = "server_ca.pem");
        builder.Services.AddTls("there", options => (options.BasePath, options.TrustedRoots) = (_other.Root, "server_ca.pem"));
        using var host = builder.Build();
        var sources = host.Services.GetRequiredService<TlsMaterialSources>();

        var (here, there) = (sources.Get(TlsSide.Client, "here").Current.Roots.Pem, sources.Get(TlsSide.Client, "there").Current.Roots.Pem);

        here.Should().Be(TestPki.Ec.ServerCa.RootsPem.ReplaceLineEndings("\n"));
        there.Should().Be(TestPki.Rsa.ServerCa.RootsPem.ReplaceLineEndings("\n")).And.NotBe(here);
        sources.Get(TlsSide.Client, "here").Should().BeSameAs(sources.Get(TlsSide.Client, "here"));
    }

    [Fact]
    public async Task One_set_serves_both_ends()
    {
        // One authority for both, and a certificate for both uses would be needed for one identity: a client of TLS alone has none.
        var builder = TlsHost.Builder(_folder, Settings());
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));
        builder.Services.AddSingleton(TlsHost.Server);
        builder.Services.AddSingleton(TlsHost.Client);
        using var host = builder.Build();
        await host.StartAsync();
        var sources = host.Services.GetRequiredService<TlsMaterialSources>();

        sources.Get(TlsSide.Server).Current.Identity.Should().NotBeNull();
        sources.Get(TlsSide.Client).Current.Identity.Should().BeNull();
        sources.Get(TlsSide.Client).Current.Roots.IsSystem.Should().BeFalse();
        await host.StopAsync();
    }

    [Fact]
    public async Task A_set_that_nobody_added_is_a_problem_and_the_added_one_is_none()
    {
        var builder = TlsHost.Builder(_folder, Settings());
        builder.Services.AddTls("added", builder.Configuration.GetSection("Tls"));
        (await TlsHost.StartAsync(builder, TlsHost.Server)).Should().Equal("tls-not-configured");

        builder = TlsHost.Builder(_folder, Settings());
        builder.Services.AddTls("added", builder.Configuration.GetSection("Tls"));
        (await TlsHost.StartAsync(builder, TlsHost.Server with { Name = "added" })).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_wrong_with_all_sets_is_told_at_once()
    {
        var builder = TlsHost.Builder(_folder, []);
        builder.Services.AddTls("one", options => options.TrustedRoots = "nowhere.pem");
        builder.Services.AddTls("two", options => options.PrivateKey = "server_key.pem");

        var problems = await TlsHost.StartAsync(builder, TlsHost.Client with { Name = "one" }, TlsHost.Server with { Name = "two" });

        problems.Should().BeEquivalentTo("file-missing", "setting-missing");
    }

    [Fact]
    public void Who_reads_the_options_is_told_what_is_wrong_with_the_settings()
    {
        TlsOptions Read(string key, string value)
        {
            var builder = TlsHost.Builder(_folder, [new($"Tls:{key}", value)]);
            builder.Services.AddTls(builder.Configuration.GetSection("Tls"));
            using var host = builder.Build();
            return host.Services.GetRequiredService<IOptions<TlsOptions>>().Value;
        }

        Read("RefreshInterval", "00:00:07").RefreshInterval.Should().Be(TimeSpan.FromSeconds(7));
        FluentActions.Invoking(() => Read("RefreshIntervall", "00:00:07")).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle().Which.Should().Contain("[unknown-setting]").And.Contain("did you mean RefreshInterval?");
        FluentActions.Invoking(() => Read("RefreshInterval", "7")).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle().Which.Should().Contain("[invalid-setting]");
    }

    [Fact]
    public async Task Options_that_the_program_itself_forbids_keep_the_host_from_starting()
    {
        async Task StartAsync(bool isGood)
        {
            var builder = TlsHost.Builder(_folder, Settings());
            builder.Services.AddTls(builder.Configuration.GetSection("Tls")).Validate(_ => isGood, "not on a Monday");
            (await TlsHost.StartAsync(builder, TlsHost.Server)).Should().BeEmpty();
        }

        await StartAsync(isGood: true);
        await FluentActions.Awaiting(() => StartAsync(isGood: false)).Should().ThrowAsync<OptionsValidationException>().WithMessage("not on a Monday");
    }

    [Theory]
    [InlineData("00:00:00.05")]
    [InlineData("01:00:01")]
    [InlineData("00:00:01")]
    public async Task An_interval_set_in_code_has_the_same_limits(string text)
    {
        var builder = TlsHost.Builder(_folder, []);
        builder.Services.AddTls(options => (options.TrustedRoots, options.RefreshInterval) =
            ("server_ca.pem", TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));

        (await TlsHost.StartAsync(builder, TlsHost.Client)).Should().Equal(text == "00:00:01" ? [] : ["invalid-setting"]);
    }

    [Fact]
    public async Task Reloads_are_counted_by_the_hosts_own_meters_and_no_longer_once_it_is_disposed()
    {
        var builder = TlsHost.Builder(_folder, [.. Settings(), new("Tls:RefreshInterval", "00:00:00.1")]);
        builder.Services.AddMetrics();
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));
        builder.Services.AddSingleton(TlsHost.Server);
        var host = builder.Build();
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        var reloads = 0L;
        var timesLeft = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "grpctls.reloads")
                Interlocked.Add(ref reloads, value);
        });
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
        {
            if (instrument.Name == "grpctls.certificate.time_left")
                timesLeft++;
        });
        listener.Start();
        await host.StartAsync();

        _folder.WriteServer(TestPki.Ec.ServerCa.Issue(Pki.LeafProfile.Server(), TestPki.Now));
        await Eventually.TrueAsync(() => Interlocked.Read(ref reloads) > 0, () => "no reload was counted");
        listener.RecordObservableInstruments();
        timesLeft.Should().BePositive();

        host.Dispose();
        timesLeft = 0;
        listener.RecordObservableInstruments();
        timesLeft.Should().Be(0);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    private static KeyValuePair<string, string?>[] Settings() =>
    [
        new("Tls:CertificateChain", "server_cert.pem"), new("Tls:PrivateKey", "server_key.pem"), new("Tls:TrustedRoots", "client_ca.pem"),
    ];
}
