using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>The operating system's list of authorities.</summary>
internal static class SystemRoots
{
    /// <summary>How many there are; 0 also where the list cannot be read.</summary>
    public static int Count()
    {
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            return store.Certificates.Count;
        }
        catch (CryptographicException)
        {
            return 0;
        }
    }
}
