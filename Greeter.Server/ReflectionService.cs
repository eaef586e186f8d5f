using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Request = Grpc.Reflection.V1.ServerReflectionRequest;

namespace Greeter.Server;

/// <summary>The standard reflection protocol, version 1. Our messages are proto3: there are no extensions to tell.</summary>
internal sealed class ReflectionService(IReadOnlyList<Google.Protobuf.Reflection.ServiceDescriptor> services) : ServerReflection.ServerReflectionBase
{
    private readonly Dictionary<string, FileDescriptor> _files = services.SelectMany(service => WithImports(service.File)).DistinctBy(file => file.Name).ToDictionary(file => file.Name);

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<Request> requests, IServerStreamWriter<ServerReflectionResponse> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            var response = Answer(request);
            (response.ValidHost, response.OriginalRequest) = (request.Host, request);
            await responses.WriteAsync(response, context.CancellationToken);
        }
    }

    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) => file.Dependencies.SelectMany(WithImports).Prepend(file);

    private ServerReflectionResponse Answer(Request request) => request.MessageRequestCase switch
    {
        Request.MessageRequestOneofCase.ListServices => new()
        {
            ListServicesResponse = new() { Service = { services.Select(service => new ServiceResponse { Name = service.FullName }) } },
        },
        Request.MessageRequestOneofCase.FileByFilename => Files(_files.GetValueOrDefault(request.FileByFilename)),
        Request.MessageRequestOneofCase.FileContainingSymbol => Files(_files.Values.FirstOrDefault(file => Contains(file, request.FileContainingSymbol))),
        Request.MessageRequestOneofCase.AllExtensionNumbersOfType => new()
        {
            AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType },
        },
        _ => Error(StatusCode.NotFound, "not found"),
    };

    private static ServerReflectionResponse Files(FileDescriptor? file) => file is null
        ? Error(StatusCode.NotFound, "not found")
        : new() { FileDescriptorResponse = new() { FileDescriptorProto = { WithImports(file).DistinctBy(each => each.Name).Select(each => each.SerializedData) } } };

    private static bool Contains(FileDescriptor file, string symbol) =>
        file.Services.Any(service => service.FullName == symbol || service.Methods.Any(method => method.FullName == symbol))
        || file.MessageTypes.Any(message => Contains(message, symbol))
        || file.EnumTypes.Any(type => type.FullName == symbol);

    private static bool Contains(MessageDescriptor message, string symbol) =>
        message.FullName == symbol || message.NestedTypes.Any(nested => Contains(nested, symbol)) || message.EnumTypes.Any(type => type.FullName == symbol);

    private static ServerReflectionResponse Error(StatusCode code, string text) => new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = text } };
}
