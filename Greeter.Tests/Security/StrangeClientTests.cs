using Greeter.Pki;
using Greeter.Tls;

namespace Greeter.Tests;

/// <summary>What a stranger may show as a client: it is let in, or refused with a reason; and never an exception, or a line without limit.</summary>
public sealed class StrangeClientTests
{
    private static readonly Authority Ca = TestPki.Ec.ClientCa;

    public static TheoryData<string> Strange => new(StrangeCertificates.Names);

    [Theory]
    [MemberData(nameof(Strange))]
    public void Each_is_refused_with_its_problem(string name)
    {
        Judge(new RawCertificate()).Should().BeEmpty("without that one thing it is let in");

        var problems = Judge(StrangeCertificates.Make(name));

        problems.Should().Contain(problem => problem.Id == $"client-{StrangeCertificates.Problem(name)}");
        problems.Single(problem => problem.Id == $"client-{StrangeCertificates.Problem(name)}").Cause.Should().ContainEquivalentOf(StrangeCertificates.Value(name));
    }

    private static IReadOnlyList<TlsProblem> Judge(RawCertificate certificate) => Judge(certificate.Issue(Ca.Issuing), Ca.RootsPem);

    private static IReadOnlyList<TlsProblem> Judge(IssuedChain shown, string roots) =>
        TlsHandshake.VerifyClient(TlsMaterial.FromPem(roots), shown.Leaf, [.. shown.Intermediates], TestPki.Now);
}
