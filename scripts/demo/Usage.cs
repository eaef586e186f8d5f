namespace Greeter.Demo;

/// <summary>What the demo does, for whoever asks or types more than it takes.</summary>
internal static class Usage
{
    private const string Help =
        """
        Shows the whole sample: makes certificates if there are none, builds and starts the server on free ports, tries every
        kind of credentials on every port, prints who got in and who did not, and stops the server.

        Usage: dotnet run scripts/demo.cs

        It takes no options. Exit code 0: everybody got in who should, and nobody else; 1: not so; 2: wrong usage.
        """;

    public static int Print(string[] arguments)
    {
        if (arguments is ["--help" or "-h" or "-?"])
        {
            Console.WriteLine(Help);
            return 0;
        }

        Console.Error.WriteLine(
            $"""
             demo: error: the command line is not understood [usage]
             demo: cause: '{string.Join(' ', arguments)}'; the demo takes no options
             demo: fix:   dotnet run scripts/demo.cs
             """);
        return 2;
    }
}
