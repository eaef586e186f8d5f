using System.Reflection;
using System.Runtime.Loader;

namespace Greeter.Tests;

/// <summary>Loads the engine assemblies a second time, bound to the stand-ins whatever the build was restored with.</summary>
internal sealed class FallbackLoadContext(IEnumerable<Assembly> engines) : AssemblyLoadContext("fallback", isCollectible: true)
{
    private readonly Dictionary<string, string> _engines = engines.ToDictionary(engine => engine.GetName().Name!, engine => engine.Location);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (FallbackFeed.Packages.Contains(assemblyName.Name))
            return LoadFromStream(FallbackFeed.Assembly(assemblyName.Name!));
        return _engines.TryGetValue(assemblyName.Name!, out var file) ? LoadFromAssemblyPath(file) : null;
    }
}
