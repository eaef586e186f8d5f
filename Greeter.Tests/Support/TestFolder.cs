using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>A folder of its own for one test, with the six files of the tutorial in it, and gone after it.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Root = Directory.CreateTempSubdirectory("greeter-test-").FullName;

    public string Root { get; }

    public string ServerCert => Path("server_cert.pem");

    public string ServerKey => Path("server_key.pem");

    public string ClientCa => Path("client_ca.pem");

    public string ClientCert => Path("client_cert.pem");

    public string ClientKey => Path("client_key.pem");

    public string ServerCa => Path("server_ca.pem");

    /// <summary>A folder with a whole set of files that fit.</summary>
    public static TestFolder With(TestPki pki)
    {
        var folder = new TestFolder();
        folder.Write(folder.ServerCa, pki.ServerCa.RootsPem);
        folder.Write(folder.ClientCa, pki.ClientCa.RootsPem);
        folder.WriteServer(pki.Server);
        folder.WriteClient(pki.Client);
        return folder;
    }

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        var path = Path(name);
        File.WriteAllText(path, text);
        return path;
    }

    public void WriteServer(IssuedCertificate issued)
    {
        Write(ServerCert, issued.ChainPem);
        WriteKey(ServerKey, issued.KeyPem);
    }

    public void WriteClient(IssuedCertificate issued)
    {
        Write(ClientCert, issued.ChainPem);
        WriteKey(ClientKey, issued.KeyPem);
    }

    // The owner's alone, like a key from scripts/certs.cs.
    public void WriteKey(string path, string pem)
    {
        Write(path, pem);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path(path), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
