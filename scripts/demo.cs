#!/usr/bin/env dotnet
#:property PublishAot=false
#:include demo/*.cs

// The whole sample in one command: dotnet run scripts/demo.cs
// Makes certificates if there are none, starts the server on free ports, tries every kind of credentials on every port,
// and stops the server. Exits with 0 if everybody got in who should, and nobody else.
using Greeter.Demo;

using var interrupted = new Interruption();
var repository = new Repository();
try
{
    if (!repository.HasCertificates)
        await Command.RunAsync(repository.Root, shown: true, interrupted.Token, "run", "scripts/certs.cs");
    await Command.RunAsync(repository.Root, shown: false, interrupted.Token, "build", "Greeter.Server");
    await Command.RunAsync(repository.Root, shown: false, interrupted.Token, "build", "Greeter.Client");

    await using var server = await RunningServer.StartAsync(repository, interrupted.Token);
    return await server.CompareAsync(repository, interrupted.Token);
}
catch (CommandFailed e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("demo: interrupted; the server is stopped");
    return 1;
}
