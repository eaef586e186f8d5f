namespace Greeter.Client;

/// <summary>The methods of <c>helloworld.Greeter</c>.</summary>
internal enum GreetMethod
{
    /// <summary>SayHello.</summary>
    Once,

    /// <summary>SayHelloStreamReply.</summary>
    Stream,

    /// <summary>SayHelloBidiStream.</summary>
    Chat,
}
