namespace GrpcTls;

/// <summary>How a step of a diagnosis went.</summary>
public enum TlsStepStatus
{
    /// <summary>Well.</summary>
    Passed,

    /// <summary>Well for now; something should be mended.</summary>
    Warning,

    /// <summary>It ends here.</summary>
    Failed,

    /// <summary>An earlier failure kept it from being reached.</summary>
    NotReached,
}
