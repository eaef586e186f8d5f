using System.Net;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>Whose attempts and calls are counted together.</summary>
public sealed class CallerAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("fe80::1%1", "fe80::2%2", true)]
    public void One_site_is_one_caller(string one, string other, bool isSame) =>
        (CallerAddress.Of(IPAddress.Parse(one)) == CallerAddress.Of(IPAddress.Parse(other))).Should().Be(isSame);
}
