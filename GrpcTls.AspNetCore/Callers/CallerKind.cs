namespace GrpcTls.AspNetCore;

/// <summary>By what a caller is known. The kind is part of the name, so that a certificate's common name cannot pass for a user.</summary>
internal enum CallerKind
{
    /// <summary>A SPIFFE id, from a certificate.</summary>
    Spiffe,

    /// <summary>A DNS name, from a certificate.</summary>
    Dns,

    /// <summary>A common name, from a certificate.</summary>
    Cn,

    /// <summary>A user who signed in.</summary>
    User,
}
