namespace Greeter.Tests;

/// <summary>A test of what .NET tells about its chains, which it does where it uses OpenSSL.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactOnLinuxAttribute : FactAttribute
{
    /// <summary>The event source that tells of each chain that is built.</summary>
    public const string Chains = "System.Security.Cryptography.X509Certificates.X509Chain.OpenSsl";

    public FactOnLinuxAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = $"the event source {Chains} is only on Linux";
    }
}
