using System.ComponentModel.DataAnnotations;

namespace GrpcTls.AspNetCore;

/// <summary>The section <c>Ports</c>: empty = off, 0 = any free port.</summary>
internal sealed class PortsOptions
{
    public const string Section = "Ports";

    [Range(0, 65535)]
    public int? Insecure { get; set; }

    [Range(0, 65535)]
    public int? Tls { get; set; }

    [Range(0, 65535)]
    public int? Mtls { get; set; }

    [Range(0, 65535)]
    public int? Health { get; set; }
}
