using System.Reflection;

namespace Greeter.Tests;

/// <summary>A gap in a stand-in shows here by name, not as a MissingMethodException in a call.</summary>
public sealed class FallbackReferenceTests
{
    private static readonly Assembly[] Engines =
    [
        typeof(Grpc.Net.Client.GrpcChannel).Assembly,
        typeof(Grpc.AspNetCore.Server.GrpcServiceOptions).Assembly,
        typeof(Helloworld.HelloRequest).Assembly,
    ];

    public static TheoryData<string> EngineNames => [.. Engines.Select(engine => engine.GetName().Name!)];

    [Theory]
    [MemberData(nameof(EngineNames))]
    public void The_packages_in_use_have_everything_that_is_referred_to(string engine) =>
        AssertComplete(FallbackReferences.Resolve(Engines.Single(one => one.GetName().Name == engine)));

    [Theory]
    [MemberData(nameof(EngineNames))]
    public void The_stand_ins_have_everything_that_is_referred_to(string engine)
    {
        var context = new FallbackLoadContext(Engines);
        try
        {
            var assembly = context.LoadFromAssemblyName(new AssemblyName(engine));
            assembly.Should().NotBeSameAs(Engines.Single(one => one.GetName().Name == engine), "this one is bound to the stand-ins");
            AssertComplete(FallbackReferences.Resolve(assembly));
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>The compiler tells types apart by strong name, so a stand-in without it breaks the build of a partial registry.</summary>
    [Fact]
    public void The_stand_ins_have_the_identity_that_the_engine_assemblies_refer_to()
    {
        var context = new FallbackLoadContext(Engines);
        try
        {
            var standIns = FallbackFeed.Packages.Select(package => context.LoadFromAssemblyName(new AssemblyName(package)).FullName);
            var referredTo = Engines[1].GetReferencedAssemblies().Where(name => FallbackFeed.Packages.Contains(name.Name)).Select(name => name.FullName);
            standIns.Should().BeEquivalentTo(referredTo);
        }
        finally
        {
            context.Unload();
        }
    }

    private static void AssertComplete((int Resolved, IReadOnlyList<string> Gaps) references)
    {
        references.Gaps.Should().BeEmpty();
        references.Resolved.Should().BeGreaterThan(20, "an engine refers to many members, and a scan that finds none proves nothing");
    }
}
