using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Two authorities and what they issued, in memory; a test that needs something broken asks them for it.</summary>
internal sealed class TestPki
{
    private static readonly Lazy<TestPki> LazyEc = new(() => new TestPki(KeyKind.Ec));
    private static readonly Lazy<TestPki> LazyRsa = new(() => new TestPki(KeyKind.Rsa));

    public TestPki(KeyKind key)
    {
        ServerCa = Authority.Create("server_ca", key, Now);
        ClientCa = Authority.Create("client_ca", key, Now);
        Server = ServerCa.Issue(LeafProfile.Server() with { Key = key }, Now);
        Client = ClientCa.Issue(LeafProfile.Client() with { Key = key }, Now);
    }

    public static TestPki Ec => LazyEc.Value;

    public static TestPki Rsa => LazyRsa.Value;

    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public Authority ServerCa { get; }

    public Authority ClientCa { get; }

    public IssuedCertificate Server { get; }

    public IssuedCertificate Client { get; }

    public static TestPki Of(KeyKind key) => key == KeyKind.Ec ? Ec : Rsa;
}
