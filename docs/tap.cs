#!/usr/bin/env dotnet
#:property PublishAot=false

// Shows what travels between a client and a server: dotnet run docs/tap.cs -- PORT SERVER_PORT WORD
// Listens on PORT, passes everything on to SERVER_PORT, prints what can be read, and counts WORD.
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

var (port, serverPort, word) = (int.Parse(args[0]), int.Parse(args[1]), args[2]);
using var listener = new TcpListener(IPAddress.Loopback, port);
listener.Start();
Console.WriteLine($"tap: from {port} to {serverPort}; ready, Ctrl+C stops it");
while (true)
{
    using var client = await listener.AcceptTcpClientAsync();
    using var server = new TcpClient();
    await server.ConnectAsync(IPAddress.Loopback, serverPort);
    using var seen = new MemoryStream();
    await Task.WhenAny(PassAsync("client", client, server), PassAsync("server", server, client));
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
