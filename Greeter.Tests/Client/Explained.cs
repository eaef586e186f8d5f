using GrpcTls;
using GrpcTls.Client;

namespace Greeter.Tests;

/// <summary>What an exception of a call or of a request says in words.</summary>
internal static class Explained
{
    /// <summary>The problems that it carries; the test fails where it carries none.</summary>
    public static IReadOnlyList<TlsProblem> Problems(this Exception? failure) => failure switch
    {
        TlsRequestException request => request.Problems,
        TlsException tls => tls.Problems,
        _ => throw new Xunit.Sdk.XunitException($"not explained: {failure}"),
    };

    public static bool IsExplained(this Exception? failure) => failure is TlsRequestException or TlsException;
}
