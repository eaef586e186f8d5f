namespace GrpcTls.AspNetCore;

/// <summary>The section <c>Listen</c>: from where each port can be reached.</summary>
internal sealed class ListenScopeOptions
{
    public const string Section = "Listen";

    public ListenScope Insecure { get; set; }

    public ListenScope Tls { get; set; }

    public ListenScope Mtls { get; set; }

    public ListenScope Health { get; set; }
}
