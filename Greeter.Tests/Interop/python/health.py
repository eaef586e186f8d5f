# Asks a server's health with gRPC's own Python and the messages of the standard grpc/health/v1/health.proto.
# health.py ADDRESS [SERVER_CA CLIENT_KEY CLIENT_CERT]
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

file = descriptor_pb2.FileDescriptorProto(name="grpc/health/v1/health.proto", package="grpc.health.v1", syntax="proto3")
request = file.message_type.add(name="HealthCheckRequest")
request.field.add(name="service", number=1, type=9, label=1)
response = file.message_type.add(name="HealthCheckResponse")
response.field.add(name="status", number=1, type=14, label=1, type_name=".grpc.health.v1.HealthCheckResponse.ServingStatus")
status = response.enum_type.add(name="ServingStatus")
for number, name in enumerate(["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]):
    status.value.add(name=name, number=number)
messages = message_factory.GetMessages([file])
Request = messages["grpc.health.v1.HealthCheckRequest"]
Response = messages["grpc.health.v1.HealthCheckResponse"]

address, *files = sys.argv[1:]
if files:
    pems = [open(path, "rb").read() for path in files]
    channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(*pems))
else:
    channel = grpc.insecure_channel(address)


def name(answer):
    return Response.ServingStatus.Name(answer.status)


with channel:
    kinds = {"request_serializer": Request.SerializeToString, "response_deserializer": Response.FromString}
    check = channel.unary_unary("/grpc.health.v1.Health/Check", **kinds)
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch", **kinds)
    print("Check:", name(check(Request(service="helloworld.Greeter"), timeout=60)))
    watching = watch(Request(), timeout=60)
    print("Watch:", name(next(watching)))
    watching.cancel()
    try:
        check(Request(service="no.such.Service"), timeout=60)
    except grpc.RpcError as error:
        print("Check no.such.Service:", error.code().name)
