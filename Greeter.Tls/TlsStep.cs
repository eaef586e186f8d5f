namespace Greeter.Tls;

/// <summary>One step of the way from here to a server.</summary>
/// <param name="Name">resolve, connect, tls, certificate, trust, name, client-certificate or http2.</param>
/// <param name="Passed">Whether it went well; null where an earlier failure kept it from being reached.</param>
/// <param name="Details">What was seen, line by line.</param>
public sealed record TlsStep(string Name, bool? Passed, IReadOnlyList<string> Details);
