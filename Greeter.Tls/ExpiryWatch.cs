using Microsoft.Extensions.Logging;

namespace Greeter.Tls;

/// <summary>Warns once when a third of a certificate's lifetime is left, and once more at a tenth.</summary>
internal sealed partial class ExpiryWatch(ILogger logger)
{
    private static readonly int[] Parts = [3, 10];

    private readonly Dictionary<string, int> _warned = [];

    public void Look(TlsMaterial material, DateTimeOffset now)
    {
        var certificates = material.Certificates().ToArray();
        foreach (var certificate in certificates)
        {
            var left = certificate.NotAfter.ToUniversalTime() - now;
            var part = Parts.LastOrDefault(part => left <= (certificate.NotAfter - certificate.NotBefore) / part);
            if (part == 0 || _warned.GetValueOrDefault(certificate.Thumbprint) >= part)
                continue;
            _warned[certificate.Thumbprint] = part;
            Log.ExpiresSoon(logger, TlsFilesCheck.Expiry(certificate, now)!);
        }

        // Certificates that are no longer in use are forgotten.
        foreach (var gone in _warned.Keys.Except(certificates.Select(certificate => certificate.Thumbprint)).ToArray())
            _warned.Remove(gone);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 3, EventName = "ExpiresSoon", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void ExpiresSoon(ILogger logger, TlsProblem problem);
    }
}
