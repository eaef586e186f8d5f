namespace GrpcTls.Client;

/// <summary>Material of the sets that <c>AddTls</c> has added, for channels that are made by hand.</summary>
public static class TlsMaterialSourcesExtensions
{
    /// <summary>The roots of a set, for <see cref="TlsChannel"/>: loaded now, and watched until the container is disposed.</summary>
    /// <param name="sources">The sets.</param>
    /// <param name="name">The name that was given to <c>AddTls</c>; empty for the set without a name.</param>
    /// <exception cref="TlsException">The set cannot be used; all its problems are in it.</exception>
    public static TlsMaterialSource ForClient(this TlsMaterialSources sources, string name = "") => sources.Get(TlsSide.Client, name);

    /// <summary>The same with the client's certificate, which has to be there.</summary>
    /// <inheritdoc cref="ForClient(TlsMaterialSources, string)"/>
    /// <exception cref="InvalidOperationException">The set was loaded before for clients that show no certificate.</exception>
    public static TlsMaterialSource ForMutualClient(this TlsMaterialSources sources, string name = "")
    {
        sources.Require(new TlsRequirement(name, TlsSide.Client, IsMutual: true));
        var source = sources.Get(TlsSide.Client, name);
        return source.Current.Identity is not null
            ? source
            : throw new InvalidOperationException("ask for ForMutualClient before ForClient: the set was loaded without a certificate");
    }
}
