namespace Greeter.Tests;

/// <summary>Every command of the documentation is run in the order of its page, and prints what the page says.</summary>
public sealed class DocsTests(DocsShell shell) : IClassFixture<DocsShell>
{
    public static TheoryData<string> Pages => [.. DocsPage.Names.Where(name => DocsPage.Of(name).Blocks.Any(block => block.Language == "console"))];

    [TheoryWithProgram("bash", "on Windows: Git for Windows")]
    [MemberData(nameof(Pages))]
    public async Task The_commands_print_what_the_page_says(string page)
    {
        await shell.CleanAsync();
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
