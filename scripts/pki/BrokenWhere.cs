namespace Greeter.Pki;

/// <summary>Who tells the problem of a broken set first.</summary>
public enum BrokenWhere
{
    /// <summary>The client, when it calls.</summary>
    Call,

    /// <summary>The server's log, when the client calls.</summary>
    ServerLog,

    /// <summary>The server, which does not start.</summary>
    ServerStart,

    /// <summary>The client, before it calls.</summary>
    ClientStart,

    /// <summary>Only <c>doctor --files</c>: it works for now.</summary>
    FilesCheck,
}
