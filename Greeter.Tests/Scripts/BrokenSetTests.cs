using Greeter.Hosting;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Each set of <c>certs.cs --broken</c>, used for real, causes the problem that it is named after and no other.</summary>
public sealed class BrokenSetTests
{
    public static TheoryData<string, KeyKind> Sets
    {
        get
        {
            var data = new TheoryData<string, KeyKind>();
            foreach (var set in BrokenSets.All)
            {
                data.Add(set.Name, KeyKind.Ec);
                data.Add(set.Name, KeyKind.Rsa);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_broken_set_causes_the_problem_of_its_name(string name, KeyKind key)
    {
        using var folder = new TestFolder();
        var set = BrokenSets.All.Single(set => set.Name == name);
        var pki = TestPki.Of(key);
        var files = new CertificateFiles(pki.ServerCa, pki.ClientCa, TestPki.Now);
        files.Write(folder.Root);
        (await TellAsync(folder, set.ReportedBy)).Should().NotContain("[", "the set is good before it is broken");

        set.Apply(files);
        files.Write(folder.Root);

        var told = await TellAsync(folder, set.ReportedBy);
        told.Split('\n').Should().Contain(line => line.Contains($"[{name}]", StringComparison.Ordinal), "all it said is:\n{0}", told);
        if (set.ReportedBy != ReportedBy.ServerLog)
            told.Split('\n').Count(line => line.Contains(": error: ", StringComparison.Ordinal)).Should().Be(1, told);
    }

    [Fact]
    public void Each_set_is_named_after_a_problem() =>
        BrokenSets.All.Select(set => set.Name).Should().OnlyHaveUniqueItems().And.BeSubsetOf(TlsProblems.All.Keys);

    // What the side says that can know it.
    private static async Task<string> TellAsync(TestFolder folder, ReportedBy where)
    {
        if (where == ReportedBy.FilesCheck)
            return (await TestClient.RunAsync(folder, "doctor", "--files", folder.Root)).Error;
        try
        {
            await using var server = await TestServer.StartAsync(folder);
            var client = await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls);
            client.ExitCode.Should().Be(where == ReportedBy.ClientStart ? client.ExitCode : client.Error.Length == 0 ? 0 : 1);
            return where == ReportedBy.ServerLog ? string.Join('\n', server.Log.All.Where(line => line.StartsWith("Warning", StringComparison.Ordinal))) : client.Error;
        }
        catch (TlsException e) when (where == ReportedBy.ServerStart)
        {
            return string.Join("\n", e.Problems.Select(ProblemConsole.Describe));
        }
    }
}
