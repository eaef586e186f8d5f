using System.CommandLine;

namespace Greeter.Client;

/// <summary>What <c>doctor</c> was asked.</summary>
/// <param name="Where">An address, or with <paramref name="FilesOnly"/> a folder; null for what the configuration says.</param>
/// <param name="FilesOnly">Whether only local files are looked at.</param>
/// <param name="Json">Whether the answer is for a program.</param>
/// <param name="Call">How the call at the end is made.</param>
internal sealed record DoctorRequest(string? Where, bool FilesOnly, bool Json, GreetRequest Call)
{
    public static DoctorRequest From(ClientOptions options, ParseResult parsed) => new(
        parsed.GetValue(options.Where), parsed.GetValue(options.Files), parsed.GetValue(options.Json), GreetRequest.From(options, parsed));
}
