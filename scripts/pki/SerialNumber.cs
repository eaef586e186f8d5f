using System.Security.Cryptography;

namespace Greeter.Pki;

internal static class SerialNumber
{
    // RFC 5280, 4.1.2.2: positive, unique per issuer, at most 20 bytes; the CA/Browser Forum (7.1) wants at least 64
    // random bits. 128 random bits are unique without a counter on disk. The top bit is cleared because DER would
    // read it as a minus sign, and the next one set so that the number is never zero and always 16 bytes long.
    public static byte[] Create()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
