namespace GrpcTls.AspNetCore;

/// <summary>A port that is on.</summary>
/// <param name="Kind">What it proves.</param>
/// <param name="Number">Its number; never 0 once it is bound.</param>
/// <param name="Scope">From where it can be reached.</param>
internal sealed record ServerPort(PortKind Kind, int Number, ListenScope Scope)
{
    /// <summary>The name in logs, metrics and headers.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();

    public string Setting => $"{PortsOptions.Section}:{Kind}";

    public bool IsTls => Kind is PortKind.Tls or PortKind.Mtls;

    public string Url => $"{(IsTls ? "https" : "http")}://{(Scope == ListenScope.Any ? "0.0.0.0" : "localhost")}:{Number}";
}
