namespace Greeter.Tests;

/// <summary>
/// Every command of the documentation is run in the order of its page, and prints what the page says. A class for each page, so
/// that they run beside each other.
/// </summary>
public sealed class DocsTests
{
    [Fact]
    public void Every_page_with_commands_has_its_class() =>
        typeof(DocsPageTests).Assembly.GetTypes().Where(type => type.BaseType == typeof(DocsPageTests))
            .Select(type => ((DocsPageTests)Activator.CreateInstance(type, [null])!).Page)
            .Should().BeEquivalentTo(DocsPage.Names.Where(name => DocsPage.Of(name).Blocks.Any(block => block.Language == "console")));
}

public sealed class DocsReadmeTests(DocsShell shell) : DocsPageTests(shell, "README.md");

public sealed class DocsInsecureTests(DocsShell shell) : DocsPageTests(shell, "docs/1-insecure.md");

public sealed class DocsTlsTests(DocsShell shell) : DocsPageTests(shell, "docs/2-tls.md");

public sealed class DocsMutualTlsTests(DocsShell shell) : DocsPageTests(shell, "docs/3-mutual-tls.md");

public sealed class DocsCallersTests(DocsShell shell) : DocsPageTests(shell, "docs/4-callers.md");

public sealed class DocsCallCredentialsTests(DocsShell shell) : DocsPageTests(shell, "docs/5-call-credentials.md");

public sealed class DocsOperateTests(DocsShell shell) : DocsPageTests(shell, "docs/6-operate.md");

public sealed class DocsRotationTests(DocsShell shell) : DocsPageTests(shell, "docs/rotation.md");

public abstract class DocsPageTests(DocsShell shell, string page) : IClassFixture<DocsShell>
{
    internal string Page => page;

    [FactWithProgram("bash", "on Windows: Git for Windows")]
    public async Task The_commands_print_what_the_page_says()
    {
        // The first page's scripts run as they stand; the others take what was built of them.
        if (page != "README.md")
            await shell.TakeBuiltScriptsAsync(DocsPage.Of(page));
        foreach (var block in DocsPage.Of(page).Blocks.Where(block => block.Marked("not run") is null))
        {
            if (block.Language == "console")
                await shell.RunAsync(block);
            else if (block.Marked("says") is { } program)
                await shell.SaysAsync(program, block);
        }

        // When the page has made certificates and started its server.
        foreach (var block in DocsPage.Of(page).Blocks.Where(block => block.Marked("runs") == "client"))
            await shell.RunCodeAsync(block);
    }
}
