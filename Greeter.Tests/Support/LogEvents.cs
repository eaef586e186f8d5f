using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>Keeps log events with their fields, as a structured log would.</summary>
internal sealed class LogEvents : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string? Name, Dictionary<string, string?> Fields)> _events = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (state is IEnumerable<KeyValuePair<string, object?>> fields)
            _events.Enqueue((eventId.Name, fields.DistinctBy(field => field.Key).ToDictionary(field => field.Key, field => field.Value?.ToString())));
    }

    /// <summary>Waits for an event with these fields; it may have more.</summary>
    public Task WaitForAsync(string name, Dictionary<string, string> fields) => Eventually.TrueAsync(
        () => _events.Any(each => each.Name == name && fields.All(field => each.Fields.GetValueOrDefault(field.Key) == field.Value)),
        () => $"no event {name} has {string.Join(", ", fields)}; there are:\n{this}");

    public override string ToString() => string.Join('\n', _events.Select(each => $"{each.Name} {string.Join(", ", each.Fields)}"));

    public void Dispose()
    {
    }
}
