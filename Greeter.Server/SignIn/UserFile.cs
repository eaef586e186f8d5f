using System.Buffers.Binary;
using System.Collections.Concurrent;
using Greeter.Scripts;
using GrpcTls;
using Microsoft.AspNetCore.Identity;

namespace Greeter.Server;

/// <summary>Users and the hashes of their passwords: a line for each, <c>name hash</c>.</summary>
internal sealed partial class UserFile(TlsFile? file, ILogger<UserFile> logger)
{
    // An unknown user costs as much time as a wrong password.
    private static readonly string Nobody = PasswordHashing.Hasher.HashPassword("", Guid.NewGuid().ToString());

    // Five seconds of a core; OWASP's number is a fiftieth of it.
    private const int MostRounds = 10_000_000;

    // Which damaged hashes have been told, so that a stranger cannot fill the log with them.
    private readonly ConcurrentDictionary<(int Line, string Hash), bool> _told = new();

    /// <summary>Whether the password is the user's. Takes the same time for a user who does not exist, or whose hash is damaged.</summary>
    /// <exception cref="TlsException">The file cannot be read, or others on this machine can write it.</exception>
    public async Task<bool> VerifyAsync(string user, string password, CancellationToken stop)
    {
        var known = await FindAsync(user, stop);
        var result = PasswordHashing.Hasher.VerifyHashedPassword(user, known ?? Nobody, password);
        return known is not null && result != PasswordVerificationResult.Failed;
    }

    private async Task<string?> FindAsync(string user, CancellationToken stop)
    {
        if (file is null || !File.Exists(file.Path))
            return null;
        var (found, foundIn, number) = ((string?)null, 0, 0);
        using var lines = new StreamReader(new MemoryStream(file.ReadTrusted(TlsFile.MostListBytes)));
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            number++;
            if (line.Split(' ') is [var name, var hash] && name == user)
                (found, foundIn) = (hash, number);
        }

        if (found is null || IsHash(found))
            return found;
        if (_told.TryAdd((foundIn, found), true))
            Log.Damaged(logger, foundIn, file.Path, user);
        return null;
    }

    // As PasswordHasher writes it, with a byte of its version first: it throws, or answers at once, where it cannot read one.
    private static bool IsHash(string text)
    {
        const int Header = 13, Shortest = 16;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length == 0)
            return false;
        if (bytes[0] == 0)
            return length == 49; // Version 2: a salt of 16 bytes and 32 of the hash.
        return bytes[0] == 1 && length >= Header && Number(1) is >= 0 and <= 2 && Number(5) is > 0 and <= MostRounds
            && Number(9) is >= Shortest and < 1024 and var salt && length - Header - salt >= Shortest;

        int Number(int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "UserDamaged", Level = LogLevel.Error,
            Message = "line {Line} of {File}: the hash of {User}'s password is damaged, nobody can sign in with it; "
                + "make a new one: dotnet run scripts/users.cs -- add {User}")]
        public static partial void Damaged(ILogger logger, int line, string file, string user);
    }
}
