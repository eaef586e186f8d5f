namespace Greeter.Tests;

/// <summary>A certificate that .NET cannot make or use; there is no key to it any more.</summary>
internal static class Ed25519
{
    public const string CertificatePem = """
        -----BEGIN CERTIFICATE-----
        MIIBODCB66ADAgECAhQtiYxpFiZW/Z1o+UkgygvwBDGvgzAFBgMrZXAwEjEQMA4G
        A1UEAwwHZWQyNTUxOTAeFw0yNjExMjIxOTI2MTdaFw0zNjExMTkxOTI2MTdaMBIx
        EDAOBgNVBAMMB2VkMjU1MTkwKjAFBgMrZXADIQCG+qoREJOWs6UhmDMgfg7whPLV
        fp/hYrMd/3Hzo4BWS6NTMFEwHQYDVR0OBBYEFMXfc7ptXiMFFycMh5B1+GPNI/X4
        MB8GA1UdIwQYMBaAFMXfc7ptXiMFFycMh5B1+GPNI/X4MA8GA1UdEwEB/wQFMAMB
        Af8wBQYDK2VwA0EAHYMAWv4mH9ZHs9XWANaV7OLc9iEb/84b0dZ624hDyWFkm4H4
        SD9aAi5ao6wiP8RF/CsBAMNCdW/Kf8BTh0ukCQ==
        -----END CERTIFICATE-----
        """;
}
