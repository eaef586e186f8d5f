namespace Greeter.Tests;

/// <summary>A test with a client in Python, skipped where the operating system's Python has no gRPC.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithPythonGrpcAttribute : FactAttribute
{
    /// <summary>The one that the operating system's packages belong to, whatever comes first on the PATH.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> HasGrpc = new(() => Programs.Succeeds(Python, "-c", "import grpc, google.protobuf"));

    public FactWithPythonGrpcAttribute()
    {
        if (!HasGrpc.Value)
            Skip = "needs Python's gRPC: apt-get install python3-grpcio python3-protobuf";
    }
}
