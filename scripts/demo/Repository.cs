namespace Greeter.Demo;

/// <summary>Where things are, whatever the current folder is.</summary>
internal sealed class Repository
{
    /// <summary>The folder above the script's own.</summary>
    public string Root { get; } = Path.GetFullPath("..", (string)AppContext.GetData("EntryPointFileDirectoryPath")!);

    public bool HasCertificates => File.Exists(Path.Combine(Root, "certs", "server", "server_cert.pem"));

    public string Program(string project) => Path.Combine(Root, project, "bin", "Debug", "net10.0", $"{project}.dll");
}
