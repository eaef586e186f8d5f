using System.ComponentModel.DataAnnotations;

namespace Greeter.Server;

/// <summary>The section <c>SignIn</c>: a login with username and password, the other way to prove who one is.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>The file that <c>dotnet run scripts/users.cs</c> writes. Empty: nobody can sign in. Read at each sign-in.</summary>
    public string? Users { get; set; }

    /// <summary>
    /// The folder of the keys that protect tokens; made with 0700 where it is missing. Instances that share it accept each
    /// other's tokens, and a restart accepts those from before. Empty: the keys live in memory and end with the process.
    /// </summary>
    public string? TokenKeys { get; set; }

    /// <summary>How long a token counts. A token cannot be taken back, so it is short: 15 minutes; 00:00:01 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Attempts for one user in a minute, right or wrong: from all addresses together, and again from each address where the
    /// user has signed in within 30 days. OWASP asks for a limit; five leave room for typing errors.
    /// </summary>
    [Range(1, 10_000)]
    public int AttemptsPerUser { get; set; } = 5;

    /// <summary>
    /// Attempts from one address in a minute that the users' own limits let through, and again for the users who have signed
    /// in from there: each costs 100 ms of a core.
    /// </summary>
    [Range(1, 10_000)]
    public int AttemptsPerAddress { get; set; } = 30;
}
