namespace Greeter.Server;

/// <summary>Reflection tells everybody what there is to call: on in the environment Development.</summary>
internal static class ReflectionSetup
{
    public static void AddReflection(this WebApplicationBuilder builder, params Google.Protobuf.Reflection.ServiceDescriptor[] services) =>
        builder.Services.AddSingleton(new ReflectionService(services));

    public static void MapReflection(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
            app.MapGreeterService<ReflectionService>();
    }
}
