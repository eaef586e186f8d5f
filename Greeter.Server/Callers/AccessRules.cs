using Greeter.Tls;
using Microsoft.Extensions.Primitives;

namespace Greeter.Server.Callers;

/// <summary>The rules that are in force: a change of the configuration is taken when it is good, and otherwise said once and left.</summary>
internal sealed partial class AccessRules : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IReadOnlyCollection<string> _methods;
    private readonly ILogger<AccessRules> _logger;
    private readonly IDisposable _changes;
    private volatile AccessTable _current;

    public AccessRules(IConfiguration configuration, AccessTable first, IReadOnlyCollection<string> methods, ILogger<AccessRules> logger)
    {
        (_configuration, _methods, _logger, _current) = (configuration, methods, logger, first);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    public AccessTable Current => _current;

    public void Dispose() => _changes.Dispose();

    private void Reload()
    {
        var settings = new SettingsReader(_configuration, folder: "/");
        var table = AccessTable.Read(_configuration, settings, _methods);
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

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "AccessReloaded", Level = LogLevel.Information, Message = "the access rules were read again")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(EventId = 2, EventName = "AccessReloadFailed", Level = LogLevel.Error, Message = "the changed access rules cannot be used, the old ones stay in force: {Problems}")]
        public static partial void Kept(ILogger logger, string problems);
    }
}
