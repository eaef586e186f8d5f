namespace Greeter.Client;

/// <summary>The section <c>Addresses</c>: where to call with each kind of credentials.</summary>
internal sealed class AddressesOptions
{
    public const string Section = "Addresses";

    public string Insecure { get; set; } = "http://localhost:50051";

    public string Tls { get; set; } = "https://localhost:50052";

    public string Mtls { get; set; } = "https://localhost:50053";

    public string For(CredentialsKind credentials) => credentials switch
    {
        CredentialsKind.Insecure => Insecure,
        CredentialsKind.Tls => Tls,
        _ => Mtls,
    };
}
