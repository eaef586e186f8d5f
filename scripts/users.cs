#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
#:package System.CommandLine
#:include shared/*.cs
#:include users/UserList.cs
#:include pki/KeyFolder.cs
#:include pki/StagedFiles.cs

// The users who can sign in: dotnet run scripts/users.cs -- add alice
using System.CommandLine;
using Greeter.Scripts;
using Greeter.Users;

const int ShortestPassword = 8; // NIST SP 800-63B, section 5.1.1.
const int LongestName = 64;

var file = new Option<string?>("--file")
{
    HelpName = "FILE",
    Description = "The users' file. [default: certs/server/users.txt of this repository]",
    Recursive = true,
};
var name = new Argument<string>("name") { Description = "The user's name: letters, digits, dot, dash and underscore." };
var add = new Command("add", "Adds a user, or changes a user's password. The password is asked for, or read from standard input.") { name };
var remove = new Command("remove", "Removes a user. Tokens that were issued before stay good until they expire.") { name };
var list = new Command("list", "Lists the users.");
var command = new RootCommand("The users who can sign in to the Greeter server, with the hashes of their passwords.") { add, remove, list };
command.Add(file);
add.SetAction(arguments => new UserList(arguments.GetValue(file)).Add(Name(arguments), AskPassword()));
remove.SetAction(arguments => new UserList(arguments.GetValue(file)).Remove(Name(arguments)));
list.SetAction(arguments => new UserList(arguments.GetValue(file)).Print());
return ScriptConsole.Run("users", command, args);

// It must fit into a line of the file and into a rule of the section Access.
string Name(ParseResult arguments)
{
    var given = arguments.GetValue(name)!;
    return given.Length is > 0 and <= LongestName && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        ? given
        : throw new Problem(
            "user-name-invalid", "the name cannot be used",
            $"'{given}' is not 1 to {LongestName} letters, digits, dots, dashes and underscores",
            "choose another name: dotnet run scripts/users.cs -- add alice");
}

// From a person or a pipe, never from the command line, where every process can read it.
static string AskPassword()
{
    var password = Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : PasswordPrompt.Type("password: ");
    if (password.Length < ShortestPassword)
    {
        throw new Problem(
            "password-short", "the password is too short", $"it has {password.Length} characters", $"take at least {ShortestPassword}");
    }

    if (!Console.IsInputRedirected && PasswordPrompt.Type("once more: ") != password)
        throw new Problem("password-differs", "the two passwords differ", "nothing was changed", "try again");
    return password;
}
