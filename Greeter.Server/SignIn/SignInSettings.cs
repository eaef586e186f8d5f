using System.ComponentModel.DataAnnotations;
using Greeter.Auth.V1;
using Greeter.Hosting;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using GrpcTls;
using GrpcTls.AspNetCore;

namespace Greeter.Server;

/// <summary>The section <c>SignIn</c>: a login with username and password, the other way to prove who one is.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>The file that <c>dotnet run scripts/users.cs</c> writes. Empty: nobody can sign in. Read at each sign-in.</summary>
    public string? Users { get; set; }

    /// <summary>
    /// The folder of the keys that protect tokens; made with 0700 where it is missing. Instances that share it accept each
    /// other's tokens, and a restart accepts those from before. Empty: the keys live in memory and end with the process.
    /// </summary>
    public string? TokenKeys { get; set; }

    /// <summary>How long a token counts. A token cannot be taken back, so it is short: 15 minutes; 00:00:01 to 1 day.</summary>
    [TimeRange("00:00:01", "1.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Attempts for one user in a minute, right or wrong: from all addresses together, and again from each address where the
    /// user has signed in within 30 days. OWASP asks for a limit; five leave room for typing errors.
    /// </summary>
    [Range(1, 10_000)]
    public int AttemptsPerUser { get; set; } = 5;

    /// <summary>
    /// Attempts from one address in a minute that the users' own limits let through, and again for the users who have signed
    /// in from there: each costs 100 ms of a core.
    /// </summary>
    [Range(1, 10_000)]
    public int AttemptsPerAddress { get; set; } = 30;
}

/// <summary>
/// How often anybody may try a password, in constant memory. An attempt counts for its user and for its address; one that
/// either refuses counts for neither, so that guessing one password locks out nobody else behind the same address. Where
/// the user has signed in before, attempts have counters of their own: guessing elsewhere does not lock the user out there.
/// </summary>
internal sealed class SignInLimit(SignInOptions settings, TimeProvider time)
{
    // Long enough for a holiday; a place that the user has left does not count for ever.
    private static readonly TimeSpan Recently = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private readonly KeyedLimit _users = PerMinute(settings.AttemptsPerUser, time);
    private readonly KeyedLimit _addresses = PerMinute(settings.AttemptsPerAddress, time);
    private readonly KeyedLimit _usersAtPlaces = PerMinute(settings.AttemptsPerUser, time);
    private readonly KeyedLimit _addressesOfPlaces = PerMinute(settings.AttemptsPerAddress, time);

    // Only who has signed in gets in here. Of two in one slot the later stays; the other has the common counters again.
    private readonly (string Place, DateTimeOffset Until)[] _places = new (string, DateTimeOffset)[KeyedLimit.Counters];

    /// <summary>Whether a password may be tried.</summary>
    /// <param name="user">The name as it was given.</param>
    /// <param name="address">As <see cref="CallerAddress"/> counts it.</param>
    public bool Allows(string user, string address)
    {
        lock (_lock)
        {
            var place = Place(user, address);
            return IsKnown(place)
                ? TryTake(_addressesOfPlaces, address, _usersAtPlaces, place)
                : TryTake(_addresses, address, _users, user);
        }
    }

    /// <summary>Remembers that the user has signed in from there.</summary>
    public void Succeeded(string user, string address)
    {
        var place = Place(user, address);
        lock (_lock)
            _places[KeyedLimit.Slot(place)] = (place, time.GetUtcNow() + Recently);
    }

    // The address first: it is the one thing that is not made up.
    private static bool TryTake(KeyedLimit addresses, string address, KeyedLimit users, string user)
    {
        if (!addresses.TryTake(address))
            return false;
        if (users.TryTake(user))
            return true;
        addresses.Return(address);
        return false;
    }

    private static KeyedLimit PerMinute(int permits, TimeProvider time) => new(permits, TimeSpan.FromMinutes(1), time);

    // Addresses have no spaces.
    private static string Place(string user, string address) => $"{address} {user}";

    private bool IsKnown(string place) =>
        _places[KeyedLimit.Slot(place)] is var known && known.Place == place && known.Until > time.GetUtcNow();
}

/// <summary>The section <c>SignIn</c>, and what serves it.</summary>
internal static class SignInExtensions
{
    public static void AddSignIn(this WebApplicationBuilder builder, SettingsReader settings)
    {
        var options = settings.Read<SignInOptions>(SignInOptions.Section);
        builder.Services.AddSingleton(options);
        var users = settings.File(SignInOptions.Section, nameof(SignInOptions.Users), "the users");
        if (File.Exists(users?.Path))
            settings.Try(() => users.ReadTrusted(TlsFile.MostListBytes));
        builder.Services.AddSingleton(provider => new UserFile(users, provider.GetRequiredService<ILogger<UserFile>>()));
        builder.Services.AddSingleton<SignInLimit>();
        builder.AddTokens(settings.File(SignInOptions.Section, nameof(SignInOptions.TokenKeys), "the keys of tokens"), settings);
    }

    /// <summary>
    /// Keeps passwords off the ports without TLS: the call is refused before its body is read. By the endpoint and not by the path:
    /// routing takes a path in any case of letters.
    /// </summary>
    public static void UseTlsForSignIn(this WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == SignIn.Descriptor.FullName
        && context.Features.Get<TlsEndpointFeature>() is not { IsTls: true }
            ? context.RefuseAsync(StatusCode.FailedPrecondition, "a password is taken only over TLS: use the tls or the mtls port")
            : next(context));
}
