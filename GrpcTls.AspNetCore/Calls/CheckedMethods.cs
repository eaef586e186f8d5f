using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Binds a service's methods as gRPC does, but for one thing: a message that cannot be parsed is answered with
/// INVALID_ARGUMENT. By itself the server takes the parser's exception for a fault of its own: UNKNOWN, and a stack trace
/// in the log. An interceptor would come too late: the one message of a call is parsed before it.
/// </summary>
internal sealed class CheckedMethods<[DynamicallyAccessedMembers(CheckedMethods.Accessed)] TService> : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } binding)
            {
                var bind = binding.BindType.GetMethod(binding.BindMethodName, [typeof(ServiceBinderBase), type])!;
                bind.Invoke(obj: null, [new Binder(context, type), null]);
                return;
            }
        }
    }

    private sealed class Binder(ServiceMethodProviderContext<TService> context, Type definition) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            context.AddUnaryMethod(
                Checked(method), Metadata(method), Handler<UnaryServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddClientStreamingMethod(
                Checked(method), Metadata(method), Handler<ClientStreamingServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddServerStreamingMethod(
                Checked(method), Metadata(method), Handler<ServerStreamingServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddDuplexStreamingMethod(
                Checked(method), Metadata(method), Handler<DuplexStreamingServerMethod<TService, TRequest, TResponse>>(method));

        private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
        {
            var requests = new Marshaller<TRequest>(
                method.RequestMarshaller.ContextualSerializer, bytes => Parse(method.RequestMarshaller, bytes));
            return new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, requests, method.ResponseMarshaller);
        }

        private static T Parse<T>(Marshaller<T> marshaller, DeserializationContext bytes)
        {
            try
            {
                return marshaller.ContextualDeserializer(bytes);
            }
            catch (Exception e) when (e is not RpcException)
            {
                // Without the exception: its stack trace is as deep as the message was nested.
                throw new RpcException(new Status(StatusCode.InvalidArgument, "the message cannot be parsed"));
            }
        }

        private TDelegate Handler<TDelegate>(IMethod method)
            where TDelegate : Delegate => Handler(method).CreateDelegate<TDelegate>();

        private IList<object> Metadata(IMethod method) =>
        [
            .. typeof(TService).GetCustomAttributes(inherit: true), .. Handler(method).GetCustomAttributes(inherit: true),
            new HttpMethodMetadata(["POST"]),
        ];

        // The override of the generated method; another overload of that name is not the service's.
        private MethodInfo Handler(IMethod method) => typeof(TService).GetMethods()
            .Single(candidate => candidate.Name == method.Name && candidate.GetBaseDefinition().DeclaringType == definition);
    }
}

/// <summary>What gRPC itself asks of a service's type.</summary>
internal static class CheckedMethods
{
    public const DynamicallyAccessedMemberTypes Accessed = DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;
}
