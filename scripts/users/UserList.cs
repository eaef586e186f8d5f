using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Users;

/// <summary>The file: a line for each user, <c>name hash</c>. Written as a whole, readable by its owner alone.</summary>
internal sealed class UserList
{
    private readonly string _path;

    public UserList(string? path) => _path = path is not null
        ? Path.GetFullPath(path)
        : Path.GetFullPath("../certs/server/users.txt", (string)AppContext.GetData("EntryPointFileDirectoryPath")!);

    public void Add(string name, string password)
    {
        var hash = PasswordHashing.Hasher.HashPassword(name, password); // It takes a while, so before anybody has to wait.
        UseFile(() =>
        {
            using var alone = Lock();
            var users = Read();
            var verb = users.ContainsKey(name) ? "changed" : "added";
            users[name] = hash;
            Write(users);
            Console.WriteLine($"users: {verb} {name} in {_path}");
            Console.WriteLine($"next: dotnet run --project Greeter.Client -- --credentials tls --user {name}");
        });
    }

    public void Remove(string name) => UseFile(() =>
    {
        using var alone = File.Exists(_path) ? Lock() : null;
        var users = Read();
        if (!users.Remove(name))
        {
            throw new Problem(
                "user-unknown", "there is no such user", $"{_path} has no line for {name}",
                "see who there is: dotnet run scripts/users.cs -- list");
        }

        Write(users);
        Console.WriteLine($"users: removed {name} from {_path}");
    });

    public void Print() => UseFile(() =>
    {
        foreach (var name in Read().Keys)
            Console.WriteLine(name);
    });

    private static void UseFile(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Problem("file-unusable", "the users' file cannot be used", e.Message, "check the folder and its owner", e);
        }
    }

    private SortedDictionary<string, string> Read()
    {
        var users = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(_path))
            return users;
        foreach (var line in File.ReadLines(_path).Where(line => line.Length > 0))
        {
            if (line.Split(' ') is not [var name, var hash])
            {
                throw new Problem(
                    "users-damaged", "the users' file is damaged", $"{_path} has a line that is not 'name hash'",
                    "remove the line, or the file");
            }

            users[name] = hash;
        }

        return users;
    }

    private void Write(SortedDictionary<string, string> users)
    {
        using var files = new StagedFiles();
        files.AddSecret(_path, string.Concat(users.Select(user => $"{user.Key} {user.Value}\n")));
        files.Commit();
    }

    private FolderLock Lock()
    {
        var folder = Path.GetDirectoryName(_path)!;
        void Say() => Console.Error.WriteLine($"users: another run is at work in {folder}; waiting for it");
        try
        {
            return FolderLock.Take(folder, isPrivate: true, Say);
        }
        catch (TimeoutException e)
        {
            throw new Problem(
                "file-busy", "another run is at work in this folder", e.Message, "wait for it, or end it, and try again");
        }
    }
}
