#!/usr/bin/env dotnet
#:property PublishAot=false
#:include demo/*.cs

// The whole sample in one command: dotnet run scripts/demo.cs
// Makes certificates if there are none, starts the server on free ports, tries every kind of credentials on every port,
// and stops the server. Exits with 0 if everybody got in who should, and nobody else.
using Greeter.Demo;

if (args.Length > 0)
    return Usage.Print(args);
using var interrupted = new Interruption();
var repository = new Repository();
try
{
    if (!repository.HasCertificates)
        await Command.RunAsync("making certificates", repository.Root, shown: true, interrupted.Token, "run", "scripts/certs.cs");
    await Command.RunAsync(
        "building the server; the first time takes a minute", repository.Root, shown: false, interrupted.Token, "build", "Greeter.Server");
    await Command.RunAsync("building the client", repository.Root, shown: false, interrupted.Token, "build", "Greeter.Client");

    Progress.Say("starting the server");
    await using var server = await RunningServer.StartAsync(repository, interrupted.Token);
    return await server.CompareAsync(repository, interrupted.Token);
}
catch (CommandFailed e)
{
    Progress.Say(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Progress.Say("interrupted; nothing goes on running");
    return 1;
}
