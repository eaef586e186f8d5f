using System.Security.Cryptography;
using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>An authority at hand for signing, and whether its folder has yet to be written.</summary>
internal sealed record OpenAuthority(AuthorityFolder Folder, Authority Authority, bool IsNew) : IDisposable
{
    public static OpenAuthority Create(AuthorityFolder folder, KeyKind key, DateTimeOffset now) =>
        new(folder, Authority.Create(folder.Name, key, now), IsNew: true);

    public static OpenAuthority Read(AuthorityFolder folder, CertsRequest request)
    {
        try
        {
            return new OpenAuthority(folder, folder.Read(), IsNew: false);
        }
        catch (CryptographicException e)
        {
            throw CertsProblems.AuthorityDamaged(request, folder.Path, e);
        }
    }

    public void Dispose() => Authority.Dispose();
}
