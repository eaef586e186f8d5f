using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Greeter.Tests;

/// <summary>What an assembly wants from the two packages, and which of it is not there.</summary>
internal static class FallbackReferences
{
    // References inside generic code name type parameters; anything stands for them.
    private static readonly Type[] AnyTypes = Enumerable.Repeat(typeof(object), 8).ToArray();

    public static (int Resolved, IReadOnlyList<string> Gaps) Resolve(Assembly engine)
    {
        using var file = new PEReader(File.OpenRead(engine.Location));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences.Where(type => IsFromPackage(metadata, type)).Select(type => (EntityHandle)type);
        var members = metadata.MemberReferences.Where(member => IsOfPackage(metadata, member)).Select(member => (EntityHandle)member);
        var tokens = types.Concat(members).Select(handle => MetadataTokens.GetToken(handle)).ToList();
        var gaps = tokens.Select(token => Gap(engine.ManifestModule, token)).OfType<string>().ToList();
        return (tokens.Count - gaps.Count, [.. gaps, .. UnfinishedTypes(engine), .. LostOverrides(engine)]);
    }

    private static string? Gap(Module module, int token)
    {
        try
        {
            module.ResolveMember(token, AnyTypes, AnyTypes);
            return null;
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException or FileNotFoundException)
        {
            return e.Message;
        }
    }

    /// <summary>Types that leave a member of a base type or an interface without an implementation.</summary>
    private static IEnumerable<string> UnfinishedTypes(Assembly engine)
    {
        try
        {
            _ = engine.GetTypes();
            return [];
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.LoaderExceptions.Select(gap => gap!.Message).Distinct();
        }
    }

    /// <summary>Methods compiled as overrides of something that is not there: nothing would call them, silently.</summary>
    private static IEnumerable<string> LostOverrides(Assembly engine) =>
        from type in LoadedTypes(engine)
        where type.BaseType is { } parent && FallbackFeed.Packages.Contains(parent.Assembly.GetName().Name)
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot) && method.GetBaseDefinition() == method
        select $"{type} overrides {method}, which {type.BaseType} does not have";

    private static IEnumerable<Type> LoadedTypes(Assembly engine)
    {
        try
        {
            return engine.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static bool IsOfPackage(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var parent = metadata.GetMemberReference(handle).Parent;
        return parent.Kind switch
        {
            HandleKind.TypeReference => IsFromPackage(metadata, (TypeReferenceHandle)parent),
            // A generic type with arguments; the generic type itself is inside its signature.
            HandleKind.TypeSpecification => GenericType(metadata, (TypeSpecificationHandle)parent) is { Kind: HandleKind.TypeReference } type
                && IsFromPackage(metadata, (TypeReferenceHandle)type),
            _ => false,
        };
    }

    private static EntityHandle? GenericType(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var blob = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return null;
        blob.ReadCompressedInteger();
        return blob.ReadTypeHandle();
    }

    private static bool IsFromPackage(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var scope = metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => IsFromPackage(metadata, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => FallbackFeed.Packages.Contains(
                metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)),
            _ => false,
        };
    }
}
