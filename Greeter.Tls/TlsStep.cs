namespace Greeter.Tls;

/// <summary>One step of a diagnosis.</summary>
/// <param name="Name">On the way to a server: resolve, connect, tls, certificate, trust, name, client-certificate, http2. A file's checks have names of their own.</param>
/// <param name="Status">How it went.</param>
/// <param name="Details">What was seen, line by line.</param>
public sealed record TlsStep(string Name, TlsStepStatus Status, IReadOnlyList<string> Details);
