namespace Greeter.Demo;

/// <summary>Something that the demo started did not do its part; the message says what.</summary>
internal sealed class CommandFailed(string message) : Exception(message);
