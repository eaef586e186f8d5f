namespace GrpcTls.Client;

/// <summary>
/// Lets a call with a stream of requests begin anew on another connection while no server has taken it. HttpClient sends
/// such a call again after a GOAWAY, but without what had been written: the call would wait for its deadline.
/// </summary>
internal sealed class ReplayHandler : DelegatingHandler
{
    public ReplayHandler()
    {
    }

    public ReplayHandler(HttpMessageHandler inner)
        : base(inner)
    {
    }

    /// <summary>Whether the call that begins here has a stream of requests; a request does not tell.</summary>
    public static AsyncLocal<bool> IsStream { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!IsStream.Value || request.Content is null)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var content = new ReplayedContent(request.Content);
        request.Content = content;
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            content.EndReplay(); // It is taken, or it has failed.
        }
    }
}
