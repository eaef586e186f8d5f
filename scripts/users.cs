#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
#:package System.CommandLine
#:include users/*.cs
#:include pki/FolderLock.cs
#:include pki/KeyFolder.cs
#:include pki/Staged*.cs

// The users who can sign in: dotnet run scripts/users.cs -- add alice
using System.CommandLine;
using Greeter.Users;

var file = new Option<string?>("--file") { HelpName = "FILE", Description = "The users' file. [default: certs/server/users.txt of this repository]", Recursive = true };
var name = new Argument<string>("name") { Description = "The user's name: letters, digits, dot, dash and underscore." };
var add = new Command("add", "Adds a user, or changes a user's password. The password is asked for, or read from standard input.") { name };
var remove = new Command("remove", "Removes a user. Tokens that were issued before stay good until they expire.") { name };
var list = new Command("list", "Lists the users.");
var command = new RootCommand("The users who can sign in to the Greeter server, with the hashes of their passwords.") { add, remove, list };
command.Add(file);
add.SetAction(arguments => new UserList(arguments.GetValue(file)).Add(UserName.Parse(arguments.GetValue(name)!), Password.Ask()));
remove.SetAction(arguments => new UserList(arguments.GetValue(file)).Remove(UserName.Parse(arguments.GetValue(name)!)));
list.SetAction(arguments => new UserList(arguments.GetValue(file)).Print());
return UsersConsole.Run(command, args);
