using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>Every way in which this program refuses: id, title, cause, fix.</summary>
internal static class CertsProblems
{
    public static Problem Usage(string cause) => Problem.Usage(cause, CommandText.Line("--help"));

    public static Problem ServerNameInvalid(string name, string reason) => new(
        "server-name-invalid", "this cannot be the name of a server", $"--server-name '{name}': {reason}",
        $"for example: {CommandText.Line("--server-name greeter.example.com")}");

    public static Problem ClientNameInvalid(string name, string reason) => new(
        "client-name-invalid", "this cannot be the name of a client", $"--client-name '{name}': {reason}",
        $"for example: {CommandText.Line("--client-name alice")}");

    public static Problem DaysInvalid(string days, int most) => new(
        "days-invalid", "certificates cannot be made for this long", $"--days '{days}' is not a whole number from 1 to {most}",
        $"for example: {CommandText.Line("--days 30")}");

    public static Problem AuthorityIncomplete(CertsRequest request, IEnumerable<string> missing) => new(
        "authority-incomplete", "an authority lacks some of its files", $"missing: {string.Join(", ", missing)}",
        $"put them back from a copy; {Beside(request)}");

    public static Problem AuthorityMissing(CertsRequest request, string authorities, string certificate) => new(
        "authority-missing", "there are certificates, but not the authority that signed them",
        $"{certificate} exists; missing: {authorities}",
        $"put the folder back from a copy; {Beside(request)}");

    public static Problem AuthorityDamaged(CertsRequest request, string folder, Exception e) => new(
        "authority-damaged", "an authority's files are not one authority", $"{folder}: {e.Message}",
        $"put the files back from a copy; {Beside(request)}", e);

    public static Problem AuthorityExpired(CertsRequest request, string folder, DateTimeOffset until) => new(
        "authority-expired", "an authority has expired and cannot sign any more", $"{folder} ended on {until.UtcDateTime:yyyy-MM-dd}",
        $"start over with all certificates: {request.Command("--force")}");

    public static Problem AuthoritiesMixed(CertsRequest request, string shared, string separate) => new(
        "authorities-mixed", "one shared authority and separate ones are in the same folder", $"{shared} and {separate} both exist",
        $"move away the one that signed nothing, or start over with all certificates: {request.Command("--force")}");

    public static Problem SharedCaConflict(CertsRequest request) => new(
        "shared-ca-conflict", "existing certificates keep the authorities they have",
        $"--shared-ca asks for one authority; {request.Layout.Folder} has two",
        $"leave --shared-ca out, or start over with all certificates: {request.Command("--force --shared-ca")}");

    public static Problem CertificatesIncomplete(CertsRequest request, IEnumerable<string> missing) => new(
        "certificates-incomplete", "some files of a server or a client are missing", $"missing: {string.Join(", ", missing)}",
        request.Command("--renew"));

    public static Problem CertificatesMismatch(CertsRequest request, string fault) => new(
        "certificates-mismatch", "files that are there do not belong together", fault, request.Command("--renew"));

    public static Problem FilesUnusable(string folder, Exception e) => new(
        "files-unusable", "the folder cannot be read or written", $"{folder}: {e.Message}",
        $"name a folder that you may write to: {CommandText.Line("--out DIR")}", e);

    public static Problem FolderBusy(string folder, TimeoutException e) => new(
        "folder-busy", "another run is at work in this folder", $"{folder}: {e.Message}", "wait for it, or end it, and try again", e);

    public static Problem RevocationWithoutAuthority(string folder) => new(
        "authority-missing", "only the authority that issued a certificate can take it back", $"{folder} is not there, or not complete",
        $"make certificates first: {CommandText.Line("")}");

    public static Problem RevocationUnknownFile(string name, IEnumerable<string> places) => new(
        "revoke-unknown", "there is no such certificate", $"--revoke '{name}': looked for {string.Join(", ", places)}",
        $"name a file or a client, for example: {CommandText.Line("--revoke client_cert.pem")}");

    public static Problem RevocationOfStranger(string path, string issuer, string authority) => new(
        "revoke-stranger", "this certificate is another authority's", $"{path} was issued by {issuer}, and this is {authority}",
        $"name a client's certificate, for example: {CommandText.Line("--revoke client_cert.pem")}");

    public static Problem RevocationNoCertificate(string path, Exception e) => new(
        "revoke-no-certificate", "this is no certificate", $"{path}: {e.Message}",
        $"name a certificate's file, for example: {CommandText.Line("--revoke client_cert.pem")}", e);

    public static Problem RevocationListDamaged(string path, Exception e) => new(
        "revocation-list-damaged", "the list that is there cannot be read", $"{path}: {e.Message}",
        "put it back from a copy; to start a new one, in which nobody is revoked any more, move it away", e);

    // Never to start over in place: every peer would be refused until it has the new roots.
    private static string Beside(CertsRequest request) =>
        "without one, make a new set beside it, and change over once every peer trusts both roots: "
        + $"{CommandText.Line($"--out {CommandText.Quote(request.Layout.Folder + "-next")}")}";
}
