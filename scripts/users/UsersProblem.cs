namespace Greeter.Users;

/// <summary>What is wrong, why, and what to do: three lines for a person.</summary>
internal sealed class UsersProblem(string id, string error, string cause, string fix) : Exception(
    $"""
     users: error: {error} [{id}]
     users: cause: {cause}
     users: fix:   {fix}
     """);
