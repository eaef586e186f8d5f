using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GrpcTls;

/// <summary>
/// The sets of files that <c>AddTls</c> names, each loaded once and watched until the container is disposed. A set may serve both ends:
/// a server's and a client's material are told apart. Nothing is read before the host starts, or before the first <see cref="Get"/>.
/// </summary>
public sealed class TlsMaterialSources : IHostedLifecycleService, IDisposable
{
    private readonly IOptionsMonitor<TlsOptions> _options;
    private readonly OptionsFactory<TlsOptions> _unchecked;
    private readonly HashSet<string> _names;
    private readonly HashSet<TlsRequirement> _requirements;
    private readonly IHostEnvironment? _host;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IMeterFactory? _meters;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, TlsSide Side), TlsMaterialSource> _sources = [];
    private readonly List<IDisposable> _watches = [];

    internal TlsMaterialSources(
        IOptionsMonitor<TlsOptions> options, OptionsFactory<TlsOptions> unvalidated, IEnumerable<TlsSet> sets,
        IEnumerable<TlsRequirement> requirements, IHostEnvironment? host, TimeProvider? time, ILoggerFactory? logs, IMeterFactory? meters)
    {
        (_options, _unchecked, _host, _time, _meters) = (options, unvalidated, host, time ?? TimeProvider.System, meters);
        (_names, _requirements) = ([.. sets.Select(set => set.Name)], [.. requirements]);
        _logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<TlsMaterialSource>();
    }

    /// <summary>The source of a set, loaded and watched from the first call on. Safe to call from any thread.</summary>
    /// <param name="side">Whose material: a server's or a client's.</param>
    /// <param name="name">The name given to <c>AddTls</c>; empty for the one without a name.</param>
    /// <exception cref="TlsException">
    /// The set was not added, a setting is missing, unknown or impossible, or a file cannot be used; all problems are in it.
    /// </exception>
    public TlsMaterialSource Get(TlsSide side, string name = "")
    {
        lock (_lock)
        {
            if (!_sources.TryGetValue((name, side), out var source))
            {
                _sources[(name, side)] = source = new TlsMaterialSource(Files(name, side));
                _watches.Add(source.Watch(_options.Get(name).RefreshInterval, _time, _logger, _meters));
            }

            return source;
        }
    }

    /// <summary>Says what a set is used for, before it is loaded.</summary>
    internal void Require(TlsRequirement requirement)
    {
        lock (_lock)
            _requirements.Add(requirement);
    }

    /// <summary>Loads every set that is used, before anything listens.</summary>
    /// <exception cref="TlsException">Something cannot be used; all problems of all sets are in it.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var problems = new List<TlsProblem>();
        foreach (var (name, side) in _requirements.Select(requirement => (requirement.Name, requirement.Side)).Distinct().ToArray())
        {
            try
            {
                Get(side, name);
            }
            catch (TlsException e)
            {
                problems.AddRange(e.Problems);
            }
        }

        return problems.Count == 0 ? Task.CompletedTask : throw new TlsException([.. problems.Distinct()]);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends all watches.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _watches.ForEach(watch => watch.Dispose());
            _watches.Clear();
        }
    }

    private TlsFiles Files(string name, TlsSide side)
    {
        var uses = _requirements.Where(requirement => requirement.Name == name && requirement.Side == side).ToArray();
        if (!_names.Contains(name))
        {
            throw new TlsException(TlsProblems.TlsNotConfigured.With(
                ("set", name.Length == 0 ? "the set without a name" : $"the set '{name}'")));
        }

        // Our own validator would stop at the settings, and all problems are to be told at once; a program's own is asked after it.
        var options = _unchecked.Create(name);
        if (!options.Check().Any())
            options = _options.Get(name);
        var folder = options.BasePath ?? _host?.ContentRootPath ?? AppContext.BaseDirectory;
        return TlsOptionsFiles.Of(options, side, isMutual: Array.Exists(uses, use => use.IsMutual), folder);
    }
}

/// <summary>A set that was added.</summary>
internal sealed record TlsSet(string Name);

/// <summary>What a set is used for.</summary>
/// <param name="Name">The set.</param>
/// <param name="Side">Whose material it is.</param>
/// <param name="IsMutual">Whether clients show a certificate.</param>
internal sealed record TlsRequirement(string Name, TlsSide Side, bool IsMutual);
