using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Client;

/// <summary>The files that <c>doctor --files</c> looks at: those of the configuration, or those of a folder by their names.</summary>
internal static class DoctorFiles
{
    public static (string Subject, TlsDiagnosis Diagnosis) Check(SettingsReader settings, string? folder)
    {
        if (folder is not null)
        {
            var path = Path.GetFullPath(folder);
            return (path, TlsFilesCheck.Run(Of(path), DateTimeOffset.UtcNow));
        }

        var files = TlsSettings.ForClient(settings, provesItself: true);
        settings.ThrowIfAny();
        return (Path.GetDirectoryName((files.CertificateChain ?? files.TrustedRoots)!.Path)!, TlsFilesCheck.Run(files, DateTimeOffset.UtcNow));
    }

    private static TlsFiles Of(string folder)
    {
        var isServer = File.Exists(Path.Combine(folder, "server_cert.pem"));
        var (own, peers) = isServer ? ("server", "client") : ("client", "server");
        TlsFile Named(string name, string role) => new(Path.Combine(folder, name), name, role);
        return new TlsFiles
        {
            Side = isServer ? TlsSide.Server : TlsSide.Client,
            CertificateChain = Named($"{own}_cert.pem", $"the {own}'s certificate chain"),
            PrivateKey = Named($"{own}_key.pem", $"the {own}'s private key"),
            TrustedRoots = Named($"{peers}_ca.pem", $"the roots that may vouch for {peers}s"),
        };
    }
}
