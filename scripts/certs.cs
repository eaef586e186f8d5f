#!/usr/bin/env dotnet
#:property PublishAot=false
#:package System.CommandLine
#:include shared/Problem.cs
#:include shared/ScriptConsole.cs
#:include pki/*.cs
#:include certs/*.cs

// Makes the certificate authorities, keys and chains of this sample: dotnet run scripts/certs.cs -- --help
using System.CommandLine;
using Greeter.Certs;
using Greeter.Pki;
using Greeter.Scripts;

var folder = new Option<string?>("--out")
{
    HelpName = "DIR",
    Description = "Where to make them. [default: the folder certs of this repository]",
};
var serverNames = new Option<string[]>("--server-name")
{
    HelpName = "NAME",
    Description = "A further host name, *.wildcard or IP address of the server, besides localhost, 127.0.0.1 and ::1. May be repeated; "
        + "where the certificate exists already, it takes --renew, which keeps the names it has.",
};
var clientNames = new Option<string[]>("--client-name")
{
    HelpName = "NAME",
    Description = "A further client, in clients/NAME. May be repeated; needs no --renew.",
};
var days = new Option<string?>("--days")
{
    HelpName = "N",
    Description = $"How long server and client certificates last, 1 to {CertsRequest.MostDays} days. [default: 30]",
};
var key = new Option<string?>("--key") { Description = "The kind of the keys. [default: ec, or what the authorities have]" };
var sharedCa = new Option<bool>("--shared-ca") { Description = "One authority for servers and clients, instead of two." };
var renew = new Option<bool>("--renew") { Description = "New keys and certificates for server and clients, from the same authorities." };
var force = new Option<bool>("--force") { Description = "Start over with new authorities; nothing made before is trusted any more." };
var revoke = new Option<string[]>("--revoke")
{
    HelpName = "FILE|NAME",
    Description = "Takes a client's certificate back, by its file or the client's name: writes server/client_ca.crl. May be repeated; "
        + "alone it makes the list anew.",
    Arity = ArgumentArity.ZeroOrMore,
};
var broken = new Option<string?>("--broken")
{
    HelpName = "NAME",
    Description = $"A set with one fault in it, in broken/NAME, to try a failure with; '{MakeBrokenSet.List}' shows their names. "
        + "The good set stays as it is.",
};
key.AcceptOnlyFromAmong("ec", "rsa");

var command = new RootCommand(
    "Makes certificate authorities, and certificates and keys for a server and its clients. What exists is never overwritten unless asked.")
{
    folder, serverNames, clientNames, days, key, sharedCa, renew, force, revoke, broken,
};
command.SetAction(arguments =>
{
    var request = new CertsRequest
    {
        Layout = new CertificateLayout(CertsRequest.ParseFolder(arguments.GetValue(folder))),
        ServerNames = CertsRequest.ParseServerNames(arguments.GetValue(serverNames)),
        ClientNames = CertsRequest.ParseClientNames(arguments.GetValue(clientNames)),
        Lifetime = CertsRequest.ParseDays(arguments.GetValue(days)),
        Key = arguments.GetValue(key) switch { "ec" => KeyKind.Ec, "rsa" => KeyKind.Rsa, _ => null },
        SharedCa = arguments.GetValue(sharedCa),
        Renew = arguments.GetValue(renew),
        Force = arguments.GetValue(force),
    };
    if (arguments.GetResult(revoke) is not null && arguments.GetResult(broken) is not null)
        throw CertsProblems.Usage("--broken makes a set of its own and --revoke changes the good one; only one of the two");
    if (arguments.GetResult(revoke) is not null)
    {
        var names = arguments.GetValue(revoke) ?? [];
        Revoke.Run(request.RequireOnly("--revoke", "it makes no certificates"), names, DateTimeOffset.UtcNow, Console.Out);
    }
    else if (arguments.GetValue(broken) is { } name)
    {
        MakeBrokenSet.Run(
            name, request.RequireOnly("--broken", "what the set is like is said by its name"), DateTimeOffset.UtcNow, Console.Out);
    }
    else
    {
        MakeCertificates.Run(request.Checked(), DateTimeOffset.UtcNow).Write(Console.Out);
    }
});
return ScriptConsole.Run("certs", command, args);
