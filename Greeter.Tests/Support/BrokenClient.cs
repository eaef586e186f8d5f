using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Gives a folder a client's certificate that servers refuse, for one reason each.</summary>
internal static class BrokenClient
{
    /// <returns>The values that the message has to carry.</returns>
    public static string[] Write(TestFolder folder, string problem)
    {
        var (pki, now) = (TestPki.Ec, TestPki.Now);
        var (past, future) = (now.AddDays(-3), now.AddDays(3));
        string[] values = ["CN=greeter-client", pki.ClientCa.Root.Subject];
        switch (problem)
        {
            case "client-certificate-missing":
                values = [pki.ClientCa.Root.Subject];
                break;
            case "client-authority-unknown":
                using (var other = Authority.Create("other_ca", KeyKind.Ec, now))
                {
                    folder.WriteClient(other.Issue(LeafProfile.Client(), now));
                    values = [.. values, other.Root.Subject];
                }

                break;
            case "client-authority-rekeyed":
                folder.WriteClient(new TestPki(KeyKind.Ec).Client);
                break;
            case "client-certificate-expired":
                folder.WriteClient(pki.ClientCa.Issue(LeafProfile.Client() with { NotBefore = now.AddDays(-9), NotAfter = past }, now));
                values = ["CN=greeter-client", $"was valid until {past:yyyy-MM-dd HH:mm:ss'Z'}"];
                break;
            case "client-certificate-not-yet-valid":
                folder.WriteClient(pki.ClientCa.Issue(LeafProfile.Client() with { NotBefore = future }, now));
                values = ["CN=greeter-client", $"is valid from {future:yyyy-MM-dd HH:mm:ss'Z'}"];
                break;
            case "client-self-signed":
                var self = SelfSigned.Create("greeter-client");
                folder.Write(folder.ClientCert, self.CertificatePem);
                folder.Write(folder.ClientKey, self.KeyPem);
                break;
            case "client-certificate-invalid":
                var chain = LongChain.Create(pki.ClientCa, "greeter-client");
                folder.Write(folder.ClientCert, chain.ChainPem);
                folder.Write(folder.ClientKey, chain.KeyPem);
                values = [.. values[..1], "CN=one too many", "InvalidBasicConstraints"];
                break;
            case "client-intermediate-missing":
                folder.Write(folder.ClientCert, pki.Client.LeafPem);
                values = [.. values, pki.ClientCa.Issuing.Subject];
                break;
        }

        return values;
    }
}
