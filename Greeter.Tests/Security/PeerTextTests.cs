using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Greeter.Client;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>The places that every text of a peer goes through, each with the worst of texts.</summary>
public sealed class PeerTextTests
{
    private static readonly string Worst = "\uD800\uE000" + HostileText.Long(100_000) + "\uDC00";

    public static TheoryData<string> Problems => [.. TlsProblems.All.Keys];

    [Theory]
    [InlineData("Hello World", "Hello World")]
    [InlineData("王 Ümit 😀 {x} \\ \u00A0", "王 Ümit 😀 {x} \\ \u00A0")]
    [InlineData("a\u001bb\nc\td\u007Fe\u0085f", @"a\u{1B}b\u{A}c\u{9}d\u{7F}e\u{85}f")]
    [InlineData("\u202E\u2066\u200F\u200B\u2028\u2029\uFEFF", @"\u{202E}\u{2066}\u{200F}\u{200B}\u{2028}\u{2029}\u{FEFF}")]
    [InlineData("\uE000\U000F0000\U000E0041", @"\u{E000}\u{F0000}\u{E0041}")]
    public void What_is_no_letter_is_written_by_its_number(string text, string printable)
    {
        PeerText.Printable(text).Should().Be(printable);
        PeerText.Printable(printable).Should().Be(printable, "twice is once");
    }

    [Fact]
    public void Half_of_a_character_is_written_by_its_number() =>
        PeerText.Printable("a\uD83D" + "b\uDE00").Should().Be(@"a\u{D83D}b\u{DE00}");

    [Fact]
    public void What_is_too_long_ends_with_the_number_of_the_rest()
    {
        PeerText.Printable(new string('x', 260)).Should().Be(new string('x', 260));
        PeerText.Printable(new string('x', 261)).Should().Be($"{new string('x', 260)}... (1 more characters)");
        PeerText.Printable("😀😀😀😀", 3).Should().Be("😀😀... (4 more characters)", "a character is not cut in two");
        PeerText.List([.. Enumerable.Range(1, 10).Select(i => $"{i}")]).Should().Be("1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
        PeerText.List([.. Enumerable.Range(1, 12).Select(i => $"{i}")]).Should().Be("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 2 more");
        PeerText.Lines(string.Join('\n', Enumerable.Range(1, 102))).Split('\n').Should().HaveCount(101).And.EndWith("  and 2 more lines");
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void A_problem_with_such_values_is_three_plain_lines(string id)
    {
        var entry = TlsProblems.All[id];
        string[] places = [.. Places(entry.Cause + entry.Fix)];

        var problem = entry.With(places.Select(place => (place, (object?)Worst)));

        problem.Describe().ShouldBePlain();
        problem.Describe().Split('\n').Should().HaveCount(3);
        problem.ToString().ShouldBePlain(2 * HostileText.LongestLine);
        new TlsException(problem).Message.ShouldBePlain();
    }

    [Fact]
    public void A_value_is_never_filled_in_again()
    {
        var entry = new TlsProblem("id", "title", "{a} and {b}, {c}", "{b}");

        var filled = entry.With(("a", "{b}{c}{a}"), ("b", "2")).With(("c", "3{a}"), ("b", "too late"));

        (filled.Cause, filled.Fix).Should().Be(("{b}{c}{a} and 2, 3{a}", "2"));
        filled.Should().Be(entry.With(("c", "3{a}"), ("b", "2"), ("a", "{b}{c}{a}")));
        (filled with { Fix = "{d}" }).With(("d", 4)).Fix.Should().Be("4");
    }

    [Fact]
    public void A_step_is_a_few_plain_lines()
    {
        var step = new TlsStep("certificate", TlsStepStatus.Passed, [.. Enumerable.Repeat(Worst, 100)]);

        step.Details.Should().HaveCount(PeerText.LongestList + 1).And.EndWith("and 90 more");
        foreach (var detail in step.Details)
            detail.ShouldBePlain();
    }

    [Fact]
    public void What_the_client_prints_is_plain()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, error);
        var problem = TlsProblems.HandshakeFailed.With(("peer", Worst), ("reason", Worst));
        var diagnosis = new TlsDiagnosis([new TlsStep("call", TlsStepStatus.Failed, [Worst, Worst])], [problem]);

        var exception = new InvalidOperationException(Worst + new string('\n', 100_000), new TlsException(problem));
        terminal.Report([problem], exception, verbose: true);
        DoctorReport.WriteText(terminal, Worst, diagnosis);
        DoctorReport.WriteJson(output, Worst, diagnosis);

        output.ToString().ShouldBePlain();
        error.ToString().ShouldBePlain();
        error.ToString().Split('\n').Length.Should().BeLessThan(200);
    }

    [Fact]
    public void Who_is_not_told_costs_no_text()
    {
        using var bomb = HostileText.Bomb();
        using var chain = new X509Chain();
        (chain.ChainPolicy.TrustMode, chain.ChainPolicy.RevocationMode) = (X509ChainTrustMode.CustomRootTrust, X509RevocationMode.NoCheck);
        chain.Build(bomb);
        var roots = TlsMaterial.FromPem(TestPki.Ec.ClientCa.RootsPem).Roots;
        IReadOnlyList<TlsProblem> Explain(bool inWords) => new PeerDiagnosis(TlsSide.Client, roots, TestPki.Now, inWords)
            .Explain(bomb, chain, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors, askedName: null);
        Explain(inWords: false).Should().Equal(TlsProblems.ClientIntermediateMissing);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Explain(inWords: false);
        var unsaid = GC.GetAllocatedBytesForCurrentThread() - before;
        var told = Explain(inWords: true);
        var said = GC.GetAllocatedBytesForCurrentThread() - before - unsaid;

        unsaid.Should().BeLessThan(20_000);
        said.Should().BeLessThan(4_000_000, "its texts are cut before anything is made of them");
        told.Should().ContainSingle().Which.ToString().Length.Should().BeLessThan(2_000);
    }

    [Fact]
    public void A_log_is_plain_and_keeps_what_it_is_told()
    {
        var lines = new LogLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        var logger = new PrintableLogs(factory).CreateLogger("Any");

        Say(logger, LogLevel.Warning, 1, $"{Worst} in the log", new InvalidOperationException(Worst));
        Say(logger, LogLevel.Warning, 1, "a word in the log", new InvalidOperationException("honest"));

        lines.All.Should().HaveCount(2);
        lines.All.First().ShouldBePlain();
        lines.All.Last().Should().Be("Warning Any a word in the log System.InvalidOperationException: honest");
    }

    [Fact]
    public void A_log_has_one_line_of_a_kind_and_window()
    {
        var lines = new LogLines();
        var time = new FakeTime(TestPki.Now);
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        var logs = new BoundedLogs(factory, time, "Microsoft.");
        var (foreign, own) = (logs.CreateLogger("Microsoft.Any"), logs.CreateLogger("Greeter.Any"));

        for (var i = 0; i < 100; i++)
            Say(logs.CreateLogger("Microsoft.Any"), LogLevel.Error, 1, "first");
        Say(foreign, LogLevel.Error, 2, "second");
        Say(foreign, LogLevel.Error, 1, "first", new InvalidOperationException("another"));
        Say(foreign, LogLevel.Information, 1, "said");
        Say(foreign, LogLevel.Information, 1, "said");
        Say(own, LogLevel.Error, 1, "ours");
        Say(own, LogLevel.Error, 1, "ours");
        time.Advance(LogRateLimit.Window);
        Say(foreign, LogLevel.Error, 1, "first");

        lines.All.Select(line => line.TrimEnd()).Should().Equal(
            "Error Microsoft.Any first", "Error Microsoft.Any second",
            "Error Microsoft.Any first System.InvalidOperationException: another",
            "Information Microsoft.Any said", "Information Microsoft.Any said", "Error Greeter.Any ours", "Error Greeter.Any ours",
            "Error Microsoft.Any first (99 more like it were not logged)");
    }

    private static void Say(ILogger logger, LogLevel level, int id, string text, Exception? failure = null) =>
        logger.Log(level, new EventId(id), text, failure, (said, _) => said);

    private static IEnumerable<string> Places(string text) =>
        Regex.Matches(text, @"\{(\w+)\}").Select(match => match.Groups[1].Value).Distinct();
}
