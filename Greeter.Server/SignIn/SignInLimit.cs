using GrpcTls.AspNetCore;

namespace Greeter.Server;

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
            return IsKnown(place) ? TryTake(_addressesOfPlaces, address, _usersAtPlaces, place) : TryTake(_addresses, address, _users, user);
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

    private bool IsKnown(string place) => _places[KeyedLimit.Slot(place)] is var known && known.Place == place && known.Until > time.GetUtcNow();
}
