using Greeter.Auth.V1;
using Greeter.Hosting;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>Signs in before the first call, so that a wrong password is told as one.</summary>
internal sealed class SignInCommand(string user, string password)
{
    private const string Method = "greeter.auth.v1.SignIn/SignIn";

    /// <summary>The sign-in that the settings ask for; null for none.</summary>
    /// <exception cref="TlsException">The credentials are insecure, or there is no password.</exception>
    public static SignInCommand? Read(SettingsReader settings, Target target, Terminal terminal)
    {
        var options = settings.Read<SignInOptions>(SignInOptions.Section);
        settings.ThrowIfAny();
        if (options.User is not { } user)
            return null;

        (string, object?)[] values = [("setting", settings.Name($"{SignInOptions.Section}:{nameof(SignInOptions.User)}")), ("user", user)];
        if (target.Kind == CredentialsKind.Insecure)
            throw new TlsException(TlsProblems.TokenNeedsTls.With(values));
        var file = settings.File(SignInOptions.Section, nameof(SignInOptions.PasswordFile), "the user's password");
        var password = file is null ? terminal.AskPassword(user) : System.Text.Encoding.UTF8.GetString(file.Read()).Split('\n')[0].TrimEnd('\r');
        return string.IsNullOrEmpty(password) ? throw new TlsException(TlsProblems.PasswordMissing.With(values)) : new SignInCommand(user, password);
    }

    /// <returns>The target, with a token that stays fresh.</returns>
    /// <exception cref="RpcException">The sign-in failed.</exception>
    public async Task<Target> RunAsync(Target target, GreetRequest request, ILoggerFactory logs, CancellationToken stop)
    {
        var token = new AccessTokenCache(
            async cancelled =>
            {
                try
                {
                    return await SignInAsync(target, request, logs, cancelled);
                }
                catch (RpcException e) when (e.Status.DebugException is not TlsException)
                {
                    var problems = e.StatusCode == StatusCode.Unauthenticated
                        ? [TlsProblems.SignInRefused.With(("user", user), ("address", target.Address), ("detail", e.Status.Detail))]
                        : CallFailure.Explain(e, target, request, Method);
                    throw new RpcException(new Status(e.StatusCode, e.Status.Detail, new TlsException(problems, e)));
                }
            },
            TimeProvider.System);
        await token.GetAsync(stop);
        return target with { Token = token.Credentials };
    }

    private async Task<(string, DateTimeOffset?)> SignInAsync(
        Target target, GreetRequest request, ILoggerFactory logs, CancellationToken stop)
    {
        using var channel = target.Channel(logs);
        var reply = await new SignIn.SignInClient(channel).SignInAsync(
            new SignInRequest { User = user, Password = password }, deadline: DateTime.UtcNow + request.Deadline, cancellationToken: stop);
        return (reply.AccessToken, ExpiresAt(reply));
    }

    // The reply is somebody else's: a time that is absent, or outside of the years 1 to 9999, is not told.
    private static DateTimeOffset? ExpiresAt(SignInReply reply)
    {
        try
        {
            return reply.ExpiresAt?.ToDateTimeOffset();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
