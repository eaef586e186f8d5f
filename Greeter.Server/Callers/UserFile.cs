using Greeter.Tls;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Greeter.Server.Callers;

/// <summary>Users and the hashes of their passwords: a line for each, <c>name hash</c>.</summary>
internal sealed class UserFile(TlsFile? file)
{
    // OWASP's password storage cheat sheet: 210,000 rounds of PBKDF2 with HMAC-SHA512.
    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    // An unknown user costs as much time as a wrong password.
    private static readonly string Nobody = Hasher.HashPassword("", Guid.NewGuid().ToString());

    /// <summary>Whether the password is the user's. Takes the same time for a user who does not exist.</summary>
    /// <exception cref="TlsException">The file cannot be read, or others on this machine can write it.</exception>
    public async Task<bool> VerifyAsync(string user, string password, CancellationToken stop)
    {
        var known = await FindAsync(user, stop);
        var result = Hasher.VerifyHashedPassword(user, known ?? Nobody, password);
        return known is not null && result != PasswordVerificationResult.Failed;
    }

    private async Task<string?> FindAsync(string user, CancellationToken stop)
    {
        if (file is null || !File.Exists(file.Path))
            return null;
        string? found = null;
        using var lines = new StreamReader(new MemoryStream(file.ReadTrusted(TlsFile.MostListBytes)));
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            if (line.Split(' ') is [var name, var hash] && name == user)
                found = hash;
        }

        return found;
    }
}
