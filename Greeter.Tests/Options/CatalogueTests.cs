using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>The catalogue's texts hold in anybody's program; ids are a contract.</summary>
public sealed class CatalogueTests
{
    [Fact]
    public void No_text_of_the_library_names_a_program_a_script_or_an_option_of_ours()
    {
        foreach (var problem in TlsProblems.Entries)
        {
            var text = $"{problem.Title} {problem.Cause} {problem.Fix}";
            text.Should().NotMatchRegex(@"(?i:greeter|scripts/|certs\.cs|users\.cs|dotnet run|(?<!-)--[a-z]|(server|client)_(ca|cert|key)\.pem)|Access section|Tls:|SignIn\b|Ports\b");
            text.Should().NotMatchRegex(@"(?i)believ|\bmend|twin");
        }
    }

    [Fact]
    public void A_problem_that_was_renamed_is_found_by_both_names()
    {
        TlsProblems.All["server-authority-twin"].Should().BeSameAs(TlsProblems.ServerAuthorityRekeyed);
        TlsProblems.All["client-authority-twin"].Should().BeSameAs(TlsProblems.All["client-authority-rekeyed"]);
        TlsProblems.Entries.Should().OnlyHaveUniqueItems().And.HaveCount(TlsProblems.All.Values.Distinct().Count());
    }

    [Fact]
    public void The_sample_gives_its_own_command_with_the_values_of_the_case_and_leaves_other_fixes_alone()
    {
        var problem = TlsProblems.ServerNameMismatch.With(("asked", "greeter.example.com"), ("names", "localhost"));

        ProblemConsole.Describe(problem).Should().EndWith("dotnet run scripts/certs.cs -- --renew --server-name greeter.example.com");
        problem.Describe("orders").Should().Contain("orders: fix:   call a name that it carries, or issue it again with greeter.example.com");
        ProblemConsole.InSample(problem with { Fix = "ask Ada" }).Fix.Should().Be("ask Ada");
        ProblemConsole.InSample(TlsProblems.NotPem).Should().BeSameAs(TlsProblems.NotPem);
    }

    [Fact]
    public void A_value_that_looks_like_a_place_stays_a_value_in_the_samples_fix()
    {
        var problem = TlsProblems.ServerNameMismatch.With(("asked", "{names}"), ("names", "secret"));

        ProblemConsole.InSample(problem).Fix.Should().EndWith("--server-name {names}");
    }
}
