namespace Greeter.Client;

/// <summary>The section <c>SignIn</c>: who signs in, for a token on top of TLS.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>The user; empty to call without a token.</summary>
    public string? User { get; set; }

    /// <summary>A file whose first line is the password; empty to be asked, or to read standard input.</summary>
    public string? PasswordFile { get; set; }
}
