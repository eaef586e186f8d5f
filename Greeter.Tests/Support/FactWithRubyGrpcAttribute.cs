namespace Greeter.Tests;

/// <summary>A test with a client in Ruby, skipped where the operating system's Ruby has no gRPC.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithRubyGrpcAttribute : FactAttribute
{
    /// <summary>The one that the operating system's packages belong to, whatever comes first on the PATH.</summary>
    public const string Ruby = "/usr/bin/ruby";

    private static readonly Lazy<bool> HasGrpc = new(() => Programs.Succeeds(Ruby, "-e", "require 'grpc'"));

    public FactWithRubyGrpcAttribute()
    {
        if (!HasGrpc.Value)
            Skip = "needs Ruby's gRPC: apt-get install ruby-grpc";
    }
}
