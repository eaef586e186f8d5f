namespace Greeter.Certs;

/// <summary>How this program is called, for texts that tell people what to type.</summary>
internal static class CertsCommand
{
    public static string Line(string options) => $"dotnet run scripts/certs.cs -- {options}";

    public static string Quote(string path) => path.Contains(' ') ? $"\"{path}\"" : path;
}
