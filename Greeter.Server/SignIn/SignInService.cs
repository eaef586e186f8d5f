using Google.Protobuf.WellKnownTypes;
using Greeter.Auth.V1;
using Grpc.Core;
using GrpcTls.AspNetCore;

namespace Greeter.Server;

/// <summary>A user's name and password for a token.</summary>
internal sealed partial class SignInService(UserFile users, TokenIssuer tokens, SignInLimit limit, ILogger<SignInService> logger)
    : SignIn.SignInBase
{
    // Longer than anybody's, shorter than what hashing would be slow for.
    private const int LongestInput = 1024;

    public override async Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var address = CallerAddress.Of(http)?.ToString() ?? "";
        var place = CallerAddress.Of(CallerAddress.Of(http));
        if (request.User.Length is 0 or > LongestInput || request.Password.Length is 0 or > LongestInput)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "user and password are needed, with at most 1024 characters"));
        if (!limit.Allows(request.User, place))
        {
            Log.Limited(logger, address);
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "too many attempts; wait a minute"));
        }

        if (!await users.VerifyAsync(request.User, request.Password, context.CancellationToken))
        {
            Log.Refused(logger, address);
            throw new RpcException(new Status(StatusCode.Unauthenticated, "unknown user or wrong password"));
        }

        limit.Succeeded(request.User, place);
        var (token, expiresAt) = tokens.Issue(request.User, http.GetCertificateFingerprint());
        Log.SignedIn(logger, request.User, address);
        return new SignInReply { AccessToken = token, ExpiresAt = Timestamp.FromDateTimeOffset(expiresAt) };
    }

    // A name that failed is not logged: people type their password into the wrong field.
    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "SignedIn", Level = LogLevel.Information, Message = "{User} signed in from {Address}")]
        public static partial void SignedIn(ILogger logger, string user, string address);

        [LoggerMessage(EventId = 2, EventName = "SignInRefused", Level = LogLevel.Warning,
            Message = "a sign-in from {Address} was refused: unknown user or wrong password")]
        public static partial void Refused(ILogger logger, string address);

        [LoggerMessage(EventId = 3, EventName = "SignInLimited", Level = LogLevel.Warning,
            Message = "a sign-in from {Address} was refused: too many attempts")]
        public static partial void Limited(ILogger logger, string address);
    }
}
