# A server in another language, with nothing but what gRPC itself offers there:
#   serve.rb [SERVER_KEY SERVER_CERT [CLIENT_CA]]
# Without files the port is insecure; with CLIENT_CA it asks clients for a certificate. Prints its port (any free one,
# or the one of the environment variable PORT), then serves.
require_relative 'greeter'

class Service < Greeter
  def say_hello(request, _call)
    HelloReply.new(message: "Hello #{request.name}")
  end

  def say_hello_stream_reply(request, _call)
    Array.new(5) { HelloReply.new(message: "Hello #{request.name}") }
  end

  def say_hello_bidi_stream(requests, _view)
    requests.lazy.map { |request| HelloReply.new(message: "Hello #{request.name}") }
  end
end

private_key, cert_chain, client_ca_pem = ARGV.map { |path| File.read(path) }
credentials = if private_key
                GRPC::Core::ServerCredentials.new(client_ca_pem, [{ private_key: private_key, cert_chain: cert_chain }], !client_ca_pem.nil?)
              else
                :this_port_is_insecure
              end
server = GRPC::RpcServer.new
port = server.add_http2_port("127.0.0.1:#{ENV.fetch('PORT', '0')}", credentials)
server.handle(Service)
$stdout.puts "port #{port}"
$stdout.flush
server.run_till_terminated
