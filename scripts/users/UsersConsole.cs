using System.CommandLine;

namespace Greeter.Users;

/// <summary>Runs the command: problems are three lines on standard error and exit code 2, never a stack trace.</summary>
internal static class UsersConsole
{
    private const int WrongUsage = 2;

    public static int Run(RootCommand command, string[] args)
    {
        var parsed = command.Parse(args);
        try
        {
            if (parsed.Errors.Count > 0)
                throw new UsersProblem("usage", "the command line is not understood", parsed.Errors[0].Message, "see what there is: dotnet run scripts/users.cs -- --help");
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is UsersProblem)
        {
            Console.Error.WriteLine(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(new UsersProblem("file-unusable", "the users' file cannot be used", e.Message, "check the folder and its owner").Message);
        }

        return WrongUsage;
    }
}
