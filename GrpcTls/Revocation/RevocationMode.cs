namespace GrpcTls;

/// <summary>What becomes of a peer about whom no current revocation list says anything.</summary>
public enum RevocationMode
{
    /// <summary>Refused. A list that is not there, forged or out of date could be an attacker's doing.</summary>
    Closed,

    /// <summary>Let in. For those to whom being reachable matters more; a revoked peer whose list is current is refused all the same.</summary>
    Open,
}
