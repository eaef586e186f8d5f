using System.Security.Cryptography.X509Certificates;
using GrpcTls.AspNetCore;
using GrpcTls;

namespace Greeter.Server;

/// <summary>Tells on standard error what each port is, whom it shows and whom it trusts.</summary>
internal static class Announcement
{
    public static void Announce(this WebApplication app)
    {
        var material = app.Services.GetService<TlsMaterialSource>()?.Current;
        foreach (var port in app.Services.GetRequiredService<IReadOnlyList<ServerPort>>())
        {
            Say($"listening {port.Name} {port.Url}");
            if (port.Kind == PortKind.Insecure)
                Say("  nobody is proven and everybody can read along: for testing only");
            else if (port.Kind == PortKind.Health)
                Say("  the health service alone");
            else
                Say($"  shows {Describe(material!.Identity!.Certificate)}");
            if (port.Kind == PortKind.Mtls)
            {
                foreach (var root in material!.Roots.Certificates)
                    Say($"  trusts clients of {root.Subject}, until {root.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            }
        }

        Say("ready; Ctrl+C stops it");
    }

    private static string Describe(X509Certificate2 certificate) =>
        $"{certificate.Subject} for {string.Join(", ", CertificateNames.Of(certificate))}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, from {certificate.Issuer}";

    private static void Say(string text) => Console.Error.WriteLine($"greeter: {PeerText.Printable(text, PeerText.LongestValue)}");
}
