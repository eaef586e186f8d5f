using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Primitives;

namespace GrpcTls.AspNetCore;

/// <summary>
/// The rules that are in force: a change of the configuration is taken when it is good, and otherwise said once and left.
/// </summary>
internal sealed partial class AccessPolicyMonitor(
    IConfiguration section, IConfiguration? app, ILogger<AccessPolicyMonitor> logger) : IDisposable
{
    private readonly IConfigurationRoot? _root = app as IConfigurationRoot;
    private readonly Lock _lock = new();
    private readonly Dictionary<IConfigurationProvider, string> _unreadable = [];
    private IReadOnlyCollection<string> _methods = [];
    private IDisposable? _changes;
    private volatile AccessPolicy _current = AccessPolicy.Closed;
    private string _seen = "";

    public AccessPolicy Current => _current;

    /// <summary>Reads the rules for the endpoints that there are, and watches them from then on.</summary>
    /// <exception cref="TlsException">The section cannot be used; all problems are in it.</exception>
    public void Start(IEnumerable<Endpoint> endpoints)
    {
        _methods = [.. endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName.TrimStart('/'))
            .OfType<string>().Distinct()];
        var first = AccessPolicy.Read(section, _root, _methods);
        if (first.Problems.Count > 0)
            throw new TlsException(first.Problems);
        (_current, _seen) = (first, first.Text);
        foreach (var file in (_root as IConfigurationBuilder)?.Sources.OfType<FileConfigurationSource>() ?? [])
        {
            var others = file.OnLoadException;
            file.OnLoadException = failure =>
            {
                KeepAll(failure);
                others?.Invoke(failure);
            };
        }

        _changes = ChangeToken.OnChange(section.GetReloadToken, Reload);
        Reload(); // What has changed since the first was read.
    }

    public void Dispose() => _changes?.Dispose();

    private void Reload()
    {
        lock (_lock)
        {
            // A file that could not be parsed has lost all its rules: the others' alone are not what anybody meant.
            foreach (var provider in _unreadable.Keys.Where(provider => provider.GetChildKeys([], null).Any()).ToArray())
                _unreadable.Remove(provider);
            var policy = AccessPolicy.Read(section, _root, _methods);
            if (_unreadable.Count > 0 || policy.Text == _seen)
                return; // Something else has changed, or a file's watcher says it twice.
            _seen = policy.Text;
            if (policy.Problems.Count > 0)
            {
                Log.Kept(logger, string.Join("; ", policy.Problems));
                return;
            }

            _current = policy;
            Log.Reloaded(logger);
        }
    }

    // The configuration tells nobody else about a changed file that cannot be parsed.
    private void KeepAll(FileLoadExceptionContext failure)
    {
        var reason = $"{failure.Exception.Message} {failure.Exception.InnerException?.Message}".TrimEnd();
        lock (_lock)
        {
            if (_unreadable.GetValueOrDefault(failure.Provider) == reason)
                return;
            _unreadable[failure.Provider] = reason;
            Log.Kept(logger, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "AccessReloaded", Level = LogLevel.Information,
            Message = "the access rules were read again")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(EventId = 2, EventName = "AccessReloadFailed", Level = LogLevel.Error,
            Message = "the changed access rules cannot be used, the old ones stay in force: {Problems}")]
        public static partial void Kept(ILogger logger, string problems);
    }
}
