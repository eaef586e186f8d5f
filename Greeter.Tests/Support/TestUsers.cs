using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Greeter.Tests;

/// <summary>A users' file with cheap hashes, so that tests are quick; the server reads the number of rounds from the hash.</summary>
internal static class TestUsers
{
    public const string Password = "correct horse battery staple";

    public static string Write(TestFolder folder, params IEnumerable<string> names)
    {
        var hasher = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));
        return folder.Write("users.txt", string.Concat(names.Select(name => $"{name} {hasher.HashPassword(name, Password)}\n")));
    }
}
