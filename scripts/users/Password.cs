using System.Text;

namespace Greeter.Users;

/// <summary>A password from a person or a pipe, never from the command line, where every process can read it.</summary>
internal static class Password
{
    private const int Shortest = 8; // NIST SP 800-63B, section 5.1.1.

    public static string Ask()
    {
        var password = Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : Type("password: ");
        if (password.Length < Shortest)
            throw new UsersProblem("password-short", "the password is too short", $"it has {password.Length} characters", $"take at least {Shortest}");
        if (!Console.IsInputRedirected && Type("once more: ") != password)
            throw new UsersProblem("password-differs", "the two passwords differ", "nothing was changed", "try again");
        return password;
    }

    private static string Type(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
