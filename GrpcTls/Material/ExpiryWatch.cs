using Microsoft.Extensions.Logging;

namespace GrpcTls;

/// <summary>Warns once when a third of a certificate's lifetime is left, once more at a tenth, and once when it is not valid.</summary>
internal sealed partial class ExpiryWatch(ILogger logger)
{
    private static readonly int[] Parts = [3, 10];

    private readonly HashSet<(string Thumbprint, string Problem, int Part)> _warned = [];

    public void Look(TlsMaterial material, DateTimeOffset now)
    {
        var certificates = material.Certificates().ToArray();
        foreach (var certificate in certificates)
        {
            var left = certificate.NotAfter.ToUniversalTime() - now;
            var part = Parts.LastOrDefault(part => left <= (certificate.NotAfter - certificate.NotBefore) / part);
            if (TlsFilesCheck.Expiry(certificate, now) is { } problem && _warned.Add((certificate.Thumbprint, problem.Id, part)))
                Log.Expires(logger, problem);
        }

        // Certificates that are no longer in use are forgotten.
        _warned.RemoveWhere(warned => certificates.All(certificate => certificate.Thumbprint != warned.Thumbprint));
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 3, EventName = "ExpiresSoon", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void Expires(ILogger logger, TlsProblem problem);
    }
}
