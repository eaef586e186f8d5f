using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Greeter.Scripts;

/// <summary>How passwords are hashed, for the script that writes the users' file and the server that reads it.</summary>
internal static class PasswordHashing
{
    // OWASP's password storage cheat sheet: 210,000 rounds of PBKDF2 with HMAC-SHA512.
    public static PasswordHasher<string> Hasher { get; } = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
}
