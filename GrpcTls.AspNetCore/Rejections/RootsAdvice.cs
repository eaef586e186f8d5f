namespace GrpcTls.AspNetCore;

/// <summary>Says at start, and again when the roots have changed, where their names are too many to be told to clients.</summary>
internal sealed partial class RootsAdvice(TlsMaterialSource source, ILogger<RootsAdvice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        source.Changed += Look;
        Look(source.Current);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        source.Changed -= Look;
        return Task.CompletedTask;
    }

    private void Look(TlsMaterial material)
    {
        if (AnnouncedRoots.Problem(material.Roots) is { } problem)
            Log.Advice(logger, problem);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "RootsNotAnnounced", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void Advice(ILogger logger, TlsProblem problem);
    }
}
