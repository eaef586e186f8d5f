using System.Text.Json;
using Greeter.Hosting;
using GrpcTls;
using Spectre.Console;

namespace Greeter.Client;

/// <summary>A diagnosis for people, in colour where there is a terminal, or for programs.</summary>
internal static class DoctorReport
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // An apostrophe stays one: this is no web page.
    };

    public static void WriteText(Terminal terminal, string subject, TlsDiagnosis diagnosis)
    {
        // Colours only where a person looks: not in a pipe or a file.
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Out),
            ColorSystem = terminal.IsInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Ansi = terminal.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
        });
        console.Profile.Width = int.MaxValue; // The terminal wraps by itself; Spectre would cut a pipe's lines at 80.
        console.MarkupLineInterpolated($"[bold]{PeerText.Printable(subject, PeerText.LongestValue)}[/]");
        foreach (var step in diagnosis.Steps)
        {
            var (color, word) = step.Status switch
            {
                TlsStepStatus.Passed => ("green", "ok"),
                TlsStepStatus.Warning => ("yellow", "warn"),
                TlsStepStatus.Failed => ("red", "FAIL"),
                _ => ("grey", "-"),
            };
            var details = step.Details.Count == 0 ? [""] : step.Details;
            console.Markup($"[{color}]{word,-5}[/]{step.Name,-19}");
            console.WriteLine(details[0]);
            foreach (var (detail, depth) in details.Skip(1).Select((detail, index) => (detail, index)))
                console.WriteLine($"{"",24}{(step.Name == "certificate" ? $"{new string(' ', depth * 2)}└ " : "")}{detail}");
        }

        ProblemConsole.Write(terminal.Error, diagnosis.Problems);
    }

    /// <summary>The shape is documented in docs/doctor.md: fields are added, never renamed. Steps and problems are printable from the start.</summary>
    public static void WriteJson(TextWriter output, string subject, TlsDiagnosis diagnosis)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteString("subject", PeerText.Printable(subject, PeerText.LongestValue));
            json.WriteBoolean("ok", !diagnosis.Steps.Any(step => step.Status == TlsStepStatus.Failed));
            json.WriteStartArray("steps");
            foreach (var step in diagnosis.Steps)
                Write(json, step);
            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (var problem in diagnosis.Problems.Select(ProblemConsole.InSample))
                Write(json, problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, TlsStep step)
    {
        json.WriteStartObject();
        json.WriteString("name", step.Name);
        json.WriteString("status", step.Status == TlsStepStatus.NotReached ? "not-reached" : step.Status.ToString().ToLowerInvariant());
        json.WriteStartArray("details");
        foreach (var detail in step.Details)
            json.WriteStringValue(detail);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TlsProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("id", problem.Id);
        json.WriteString("title", problem.Title);
        json.WriteString("cause", problem.Cause);
        json.WriteString("fix", problem.Fix);
        json.WriteBoolean("permanent", problem.Permanent);
        json.WriteEndObject();
    }
}
