namespace Greeter.Tests;

/// <summary>
/// What certs.cs makes, made once for all tests that only look at it, or that begin with a copy. Its tests run one
/// after the other.
/// </summary>
[CollectionDefinition(Name)]
public sealed class MadeCertificates : ICollectionFixture<MadeCertificates>, IAsyncLifetime, IDisposable
{
    public const string Name = "certs.cs";

    private readonly TestFolder _folder = new();
    private string _program = "";

    /// <summary>Made without any option.</summary>
    public string Ec => _folder.Path("ec");

    /// <summary>Made with other keys and another lifetime.</summary>
    public string Rsa => _folder.Path("rsa");

    public string Of(string key) => key == "ec" ? Ec : Rsa;

    public async Task InitializeAsync()
    {
        _program = await BuiltScript.Of("scripts/certs.cs");
        var run = await ChildProcess.RunAsync(Programs.Dotnet, ["run", Programs.Source("scripts", "certs.cs"), "--", "--out", Ec]);
        run.ExitCode.Should().Be(0, run.Error);
        var rsa = await RunAsync(Rsa, "--key", "rsa", "--days", "7");
        rsa.ExitCode.Should().Be(0, rsa.Error);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal Task<ProcessResult> RunAsync(string folder, params string[] options) =>
        ChildProcess.RunAsync(Programs.Dotnet, Command(folder, options)[1..]);

    internal ChildProcess Start(string folder, params string[] options) =>
        ChildProcess.Start(Programs.Dotnet, Command(folder, options)[1..]);

    internal string[] Command(string folder, params string[] options) =>
        [Programs.Dotnet, _program, "--out", folder, .. options];

    /// <summary>A copy that the test may change.</summary>
    internal string CopyTo(TestFolder folder)
    {
        foreach (var path in MadeFiles.Below(Ec).Keys)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Root, path))!);
            File.Copy(Path.Combine(Ec, path), Path.Combine(folder.Root, path));
        }

        return folder.Root;
    }
}
