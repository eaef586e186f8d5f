using Greeter.Hosting;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Primitives;

namespace GrpcTls.AspNetCore;

/// <summary>The rules that are in force: a change of the configuration is taken when it is good, and otherwise said once and left.</summary>
internal sealed partial class AccessPolicyMonitor : IDisposable
{
    private readonly ConfigurationManager _configuration;
    private readonly IReadOnlyCollection<string> _methods;
    private readonly ILogger<AccessPolicyMonitor> _logger;
    private readonly IDisposable _changes;
    private readonly Lock _lock = new();
    private readonly Dictionary<IConfigurationProvider, string> _unreadable = [];
    private volatile AccessPolicy _current;
    private string _seen;

    public AccessPolicyMonitor(ConfigurationManager configuration, AccessPolicy first, IReadOnlyCollection<string> methods, ILogger<AccessPolicyMonitor> logger)
    {
        (_configuration, _methods, _logger, _current, _seen) = (configuration, methods, logger, first, first.Text);
        foreach (var file in ((IConfigurationBuilder)configuration).Sources.OfType<JsonConfigurationSource>())
            file.OnLoadException = KeepAll;
        _changes = ChangeToken.OnChange(((IConfiguration)configuration).GetReloadToken, Reload);
        Reload(); // What has changed since the first was read.
    }

    public AccessPolicy Current => _current;

    public void Dispose() => _changes.Dispose();

    private void Reload()
    {
        lock (_lock)
        {
            // A file that could not be parsed has lost all its rules: the others' alone are not what anybody meant.
            foreach (var provider in _unreadable.Keys.Where(provider => provider.GetChildKeys([], null).Any()).ToArray())
                _unreadable.Remove(provider);
            var settings = new SettingsReader(_configuration, folder: "/");
            var table = AccessPolicy.Read(_configuration, settings, _methods);
            if (_unreadable.Count > 0 || table.Text == _seen)
                return; // Something else has changed, or a file's watcher says it twice.
            _seen = table.Text;
            Take(table, settings);
        }
    }

    private void Take(AccessPolicy table, SettingsReader settings)
    {
        try
        {
            settings.ThrowIfAny();
            _current = table;
            Log.Reloaded(_logger);
        }
        catch (TlsException e)
        {
            Log.Kept(_logger, string.Join("; ", e.Problems));
        }
    }

    // The configuration tells nobody else about a changed file that cannot be parsed.
    private void KeepAll(FileLoadExceptionContext failure)
    {
        var reason = SettingsFailure.Explain(failure.Exception)?.Cause ?? failure.Exception.Message;
        lock (_lock)
        {
            if (_unreadable.GetValueOrDefault(failure.Provider) == reason)
                return;
            _unreadable[failure.Provider] = reason;
            Log.Kept(_logger, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "AccessReloaded", Level = LogLevel.Information, Message = "the access rules were read again")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(EventId = 2, EventName = "AccessReloadFailed", Level = LogLevel.Error, Message = "the changed access rules cannot be used, the old ones stay in force: {Problems}")]
        public static partial void Kept(ILogger logger, string problems);
    }
}
