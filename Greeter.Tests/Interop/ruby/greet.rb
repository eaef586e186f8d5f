# A client in another language, with nothing but what gRPC itself offers there:
#   greet.rb METHOD HOST:PORT [SERVER_CA CLIENT_KEY CLIENT_CERT]
# METHOD is once, stream or chat; without the three files the channel is insecure. Prints each reply on a line.
require_relative 'greeter'

method, address, *files = ARGV
if files.empty?
  credentials = :this_channel_is_insecure
else
  server_ca_pem, client_key_pem, client_cert_pem = files.map { |path| File.read(path) }
  credentials = GRPC::Core::ChannelCredentials.new(server_ca_pem, client_key_pem, client_cert_pem)
end

greeter = Greeter.rpc_stub_class.new(address, credentials, timeout: 60)
begin
  case method
  when 'once' then puts greeter.say_hello(HelloRequest.new(name: 'World')).message
  when 'stream' then greeter.say_hello_stream_reply(HelloRequest.new(name: 'World')).each { |reply| puts reply.message }
  when 'chat'
    names = %w[Ada Grace].map { |name| HelloRequest.new(name: name) }
    greeter.say_hello_bidi_stream(names).each { |reply| puts reply.message }
  else abort "unknown method #{method}"
  end
rescue GRPC::BadStatus => e
  abort e.class.name
end
