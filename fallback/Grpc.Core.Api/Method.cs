namespace Grpc.Core;

public enum MethodType
{
    Unary,
    ClientStreaming,
    ServerStreaming,
    DuplexStreaming,
}

public interface IMethod
{
    MethodType Type { get; }

    string ServiceName { get; }

    string Name { get; }

    string FullName { get; }
}

/// <summary>A method of a service, and how its messages become bytes.</summary>
public class Method<TRequest, TResponse>(
    MethodType type, string serviceName, string name, Marshaller<TRequest> requestMarshaller, Marshaller<TResponse> responseMarshaller) : IMethod
{
    public MethodType Type => type;

    public string ServiceName => serviceName;

    public string Name => name;

    public Marshaller<TRequest> RequestMarshaller => requestMarshaller;

    public Marshaller<TResponse> ResponseMarshaller => responseMarshaller;

    public string FullName { get; } = $"/{serviceName}/{name}";
}
