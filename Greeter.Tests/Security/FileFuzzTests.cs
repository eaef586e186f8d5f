using System.Text;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>
/// Whatever stands in a file, it is accepted or explained. Seeded; the keys are new in each run, so a failure prints the file.
/// </summary>
[Trait(Full.Category, Full.Endurance)]
public sealed class FileFuzzTests
{
    private static readonly int Mutations = Full.Or(300, 3000);

    // Enough for a file of a few kilobytes, its certificates and chains; a length taken from a damaged file is far more.
    private const long MostBytes = 64 << 20;

    [Theory]
    [InlineData("server_cert.pem", KeyKind.Ec, 1)]
    [InlineData("server_cert.pem", KeyKind.Rsa, 2)]
    [InlineData("server_key.pem", KeyKind.Ec, 3)]
    [InlineData("server_key.pem", KeyKind.Rsa, 4)]
    [InlineData("client_ca.pem", KeyKind.Ec, 5)]
    [InlineData("client_ca.pem", KeyKind.Rsa, 6)]
    [InlineData("client_ca.crl", KeyKind.Ec, 7)]
    [InlineData("client_ca.crl", KeyKind.Rsa, 8)]
    public void A_mutated_file_is_accepted_or_explained(string file, KeyKind kind, int seed)
    {
        var pki = TestPki.Of(kind);
        using var folder = TestFolder.With(pki);
        folder.Write("client_ca.crl", RevokedList.ToPem(pki.ClientCa.Issuing, earlierPem: null, [pki.Client.Certificate], TestPki.Now));
        var files = Files(folder);
        var good = File.ReadAllText(folder.Path(file));
        var random = new Random(seed);
        var (accepted, explained) = (0, 0);
        Load(files, pki).Should().BeTrue("the file without a mutation loads");

        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(good, random);
            File.WriteAllBytes(folder.Path(file), bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (Load(files, pki))
                    accepted++;
                else
                    explained++;
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i} of seed {seed}:\n{Encoding.UTF8.GetString(bytes)}\n{e}");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostBytes);
        }

        (accepted > 0, explained > 0).Should().Be((true, true),
            "mutations that change nothing, or everything, try nothing: {0} accepted, {1} explained", accepted, explained);
    }

    // What is accepted is used like in a handshake.
    private static bool Load(TlsFiles files, TestPki pki)
    {
        try
        {
            var material = TlsMaterial.Load(files);
            TlsHandshake.Server(material);
            TlsHandshake.MutualServer(material);
            TlsHandshake.VerifyClient(material, pki.Client.Certificate, [pki.ClientCa.Issuing], DateTimeOffset.UtcNow);
            TlsFilesCheck.Run(files, DateTimeOffset.UtcNow);
            return true;
        }
        catch (TlsException e)
        {
            e.Problems.Should().NotBeEmpty();
            return false;
        }
    }

    private static byte[] Mutate(string pem, Random random)
    {
        var der = random.Next(8) > 0;
        var bytes = Encoding.UTF8.GetBytes(der ? Damage.Pem(pem, block => Mutate(block, random)) : pem);
        return der ? bytes : Mutate(bytes, random);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(8))
            {
                case 0: // A length or a tag of its own.
                    bytes[at] = random.GetItems([(byte)0, (byte)1, (byte)5, (byte)0x30, (byte)0x7f, (byte)0x80, (byte)0x84, (byte)0xff], 1)[0];
                    break;
                case 1: // Cut.
                    bytes = random.Next(4) == 0 ? bytes[..Math.Max(at, 1)] : bytes;
                    break;
                case 2: // Twice.
                    var length = Math.Min(random.Next(1, 64), bytes.Length - at);
                    bytes = [.. bytes[..(at + length)], .. bytes[at..]];
                    break;
                case 3:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return bytes;
    }

    private static TlsFiles Files(TestFolder folder) => new()
    {
        Side = TlsSide.Server,
        CertificateChain = new TlsFile(folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
        PrivateKey = new TlsFile(folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
        TrustedRoots = new TlsFile(folder.ClientCa, "Tls:TrustedRoots", "the roots that may vouch for clients"),
        RevocationLists = [new TlsFile(folder.Path("client_ca.crl"), "Tls:RevocationLists", "a revocation list of clients")],
    };
}
