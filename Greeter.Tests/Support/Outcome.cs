namespace Greeter.Tests;

/// <summary>How a call of the client ended.</summary>
internal static class Outcome
{
    public static void ShouldGreet(this TestClient client) => client.Should().Be(new TestClient(0, "Hello World\n", ""));

    /// <summary>The call failed for this reason before all others, and the lines carry the values.</summary>
    public static void ShouldFail(this TestClient client, string problem, params string[] values) => client.ShouldEnd(1, problem, values);

    /// <summary>The doctor's problem; its answer is not empty.</summary>
    public static void ShouldFailWith(this TestClient doctor, string problem, params string[] values)
    {
        doctor.Error.Split('\n')[0].Should().EndWith($"[{problem}]", "the whole is:\n{0}", doctor);
        doctor.Error.Should().ContainAll(values.Append($"[{problem}]")).And.NotContain("{");
    }

    /// <summary>Nothing was tried, for this reason.</summary>
    public static void ShouldNotStart(this TestClient client, string problem, params string[] values) => client.ShouldEnd(2, problem, values);

    private static void ShouldEnd(this TestClient client, int code, string problem, string[] values)
    {
        client.Error.Split('\n')[0].Should().EndWith($"[{problem}]", "the whole is:\n{0}", client.Error);
        client.Error.Should().ContainAll(values.Append(problem)).And.NotContain("{").And.NotContain("   at ");
        client.ExitCode.Should().Be(code);
        client.Output.Should().BeEmpty();
    }
}
