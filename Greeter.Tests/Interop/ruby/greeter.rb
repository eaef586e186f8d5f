# The service, for greet.rb and serve.rb: what a generated file would hold.
require 'google/protobuf'
require 'google/protobuf/descriptor_pb'
require 'grpc'

# helloworld.proto, so that neither a generated file nor the generator is needed.
def message(name, field)
  string = Google::Protobuf::FieldDescriptorProto.new(name: field, number: 1, label: :LABEL_OPTIONAL, type: :TYPE_STRING)
  Google::Protobuf::DescriptorProto.new(name: name, field: [string])
end

file = Google::Protobuf::FileDescriptorProto.new(
  name: 'helloworld.proto', package: 'helloworld', syntax: 'proto3',
  message_type: [message('HelloRequest', 'name'), message('HelloReply', 'message')]
)
pool = Google::Protobuf::DescriptorPool.generated_pool
pool.add_serialized_file(Google::Protobuf::FileDescriptorProto.encode(file))
HelloRequest = pool.lookup('helloworld.HelloRequest').msgclass
HelloReply = pool.lookup('helloworld.HelloReply').msgclass

class Greeter
  include GRPC::GenericService

  self.marshal_class_method = :encode
  self.unmarshal_class_method = :decode
  self.service_name = 'helloworld.Greeter'

  rpc :SayHello, HelloRequest, HelloReply
  rpc :SayHelloStreamReply, HelloRequest, stream(HelloReply)
  rpc :SayHelloBidiStream, stream(HelloRequest), stream(HelloReply)
end
