using Greeter.Hosting;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>Signs in before the first call, so that a wrong password is reported as one.</summary>
internal sealed class SignInCall(string user, string password)
{
    private const string Method = "greeter.auth.v1.SignIn/SignIn";

    /// <summary>The sign-in that the settings ask for; null for none.</summary>
    /// <exception cref="TlsException">The credentials are insecure, or there is no password.</exception>
    public static SignInCall? Read(SettingsReader settings, Target target, Terminal terminal)
    {
        var options = settings.Read<SignInOptions>(SignInOptions.Section);
        settings.ThrowIfAny();
        if (options.User is not { } user)
            return null;

        (string, object?)[] values =
            [("setting", settings.Name($"{SignInOptions.Section}:{nameof(SignInOptions.User)}")), ("user", user)];
        if (target.Kind == CredentialsKind.Insecure)
            throw new TlsException(TlsProblems.TokenNeedsTls.With(values));
        var file = settings.File(SignInOptions.Section, nameof(SignInOptions.PasswordFile), "the user's password");
        var password = file is null
            ? terminal.AskPassword(user)
            : System.Text.Encoding.UTF8.GetString(file.Read()).Split('\n')[0].TrimEnd('\r');
        return string.IsNullOrEmpty(password)
            ? throw new TlsException(TlsProblems.PasswordMissing.With(values))
            : new SignInCall(user, password);
    }

    /// <returns>The target, with a token that stays fresh.</returns>
    /// <exception cref="RpcException">The sign-in failed.</exception>
    public async Task<Target> RunAsync(Target target, GreetRequest request, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var token = new AccessTokenCache(
            async cancelled =>
            {
                try
                {
                    return await SignInAsync(target, request, logs, cancelled);
                }
                catch (RpcException e)
                {
                    var problems = e.StatusCode == StatusCode.Unauthenticated
                        ? [TlsProblems.SignInRefused.With(("user", user), ("address", target.Address), ("detail", e.Status.Detail))]
                        : CallFailure.Explain(e, target, request, Method);
                    throw new RpcException(new Status(e.StatusCode, e.Status.Detail, new TlsException(problems, e)));
                }
            },
            TimeProvider.System);
        await token.GetAsync(cancellationToken);
        return target with { Token = token.Credentials };
    }

    private async Task<(string, DateTimeOffset?)> SignInAsync(
        Target target, GreetRequest request, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        using var channel = target.Channel(logs);
        var reply = await new Auth.V1.SignIn.SignInClient(channel).SignInAsync(
            new Auth.V1.SignInRequest { User = user, Password = password },
            deadline: DateTime.UtcNow + request.Deadline,
            cancellationToken: cancellationToken);
        return (reply.AccessToken, ExpiresAt(reply));
    }

    // The reply is somebody else's: a time that is absent, or outside of the years 1 to 9999, is not told.
    private static DateTimeOffset? ExpiresAt(Auth.V1.SignInReply reply)
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

/// <summary>The section <c>SignIn</c>: who signs in, for a token on top of TLS.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>The user; empty to call without a token.</summary>
    public string? User { get; set; }

    /// <summary>A file whose first line is the password; empty to be asked, or to read standard input.</summary>
    public string? PasswordFile { get; set; }
}
