namespace Greeter.Users;

/// <summary>A name that fits into a line of the file and into a rule of the section Access.</summary>
internal static class UserName
{
    private const int Longest = 64;

    public static string Parse(string name) =>
        name.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? name
            : throw new UsersProblem(
                "user-name-invalid", "the name cannot be used", $"'{name}' is not 1 to {Longest} letters, digits, dots, dashes and underscores",
                "choose another name: dotnet run scripts/users.cs -- add alice");
}
