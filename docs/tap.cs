#!/usr/bin/env dotnet
#:property PublishAot=false

// Shows what travels between a client and a server: dotnet run docs/tap.cs -- PORT SERVER_PORT WORD
// Listens on PORT, passes everything on to SERVER_PORT, prints what can be read, and counts WORD.
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

const string Usage = "dotnet run docs/tap.cs -- PORT SERVER_PORT WORD, for example: dotnet run docs/tap.cs -- 50061 50051 World";
if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine($"Shows what travels between a client and a server.\n\nUsage: {Usage}");
    return 0;
}

if (args is not [var first, var second, { Length: > 0 } word]
    || !ushort.TryParse(first, out var port) || !ushort.TryParse(second, out var serverPort))
{
    return Failed("usage", "the command line is not understood", $"'{string.Join(' ', args)}' is not two port numbers and a word", Usage);
}

using var listener = new TcpListener(IPAddress.Loopback, port);
try
{
    listener.Start();
}
catch (SocketException e)
{
    return Failed(
        "port-in-use", "the port cannot be opened", $"port {port}: {e.Message}", "stop the other program, or choose another PORT");
}

Console.WriteLine($"tap: from {port} to {serverPort}; ready, Ctrl+C stops it");
while (true)
{
    using var client = await listener.AcceptTcpClientAsync();
    using var server = new TcpClient();
    using var seen = new MemoryStream();
    try
    {
        await server.ConnectAsync(IPAddress.Loopback, serverPort);
        await await Task.WhenAny(PassAsync("client", client, server), PassAsync("server", server, client));
    }
    catch (Exception e) when (e is IOException or SocketException)
    {
        Console.WriteLine($"tap: the connection to port {serverPort} ended: {e.Message}");
    }

    var text = Encoding.Latin1.GetString(seen.ToArray());
    Console.WriteLine($"tap: {text.Length} bytes; '{word}' can be read in them {Regex.Count(text, Regex.Escape(word))} times");

    async Task PassAsync(string who, TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.GetStream().ReadAsync(buffer) is > 0 and var length)
        {
            lock (seen)
                seen.Write(buffer, 0, length);

            // What a person can read: five printable characters or more in a row.
            var runs = Regex.Matches(Encoding.Latin1.GetString(buffer, 0, length), "[ -~]{5,}").Select(run => run.Value.Trim());
            if (string.Join(" | ", runs) is { Length: > 0 } readable)
                Console.WriteLine($"{who}: {readable}");
            await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
        }
    }
}

static int Failed(string id, string error, string cause, string fix)
{
    Console.Error.WriteLine($"tap: error: {error} [{id}]\ntap: cause: {cause}\ntap: fix:   {fix}");
    return 2;
}
