using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Client;

/// <summary>A diagnosis for people, in colour where there is a terminal, or for programs.</summary>
internal static class DoctorReport
{
    private static readonly DoctorJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // An apostrophe stays one: this is no web page.
        Converters = { new JsonStringEnumConverter<TlsStepStatus>(JsonNamingPolicy.KebabCaseLower) },
    });

    public static void WriteText(Terminal terminal, string subject, TlsDiagnosis diagnosis)
    {
        terminal.Out.WriteLine(PeerText.Printable(subject, PeerText.LongestValue));
        foreach (var step in diagnosis.Steps)
        {
            var (color, word) = step.Status switch
            {
                TlsStepStatus.Passed => (ConsoleColor.Green, "ok"),
                TlsStepStatus.Warning => (ConsoleColor.Yellow, "warn"),
                TlsStepStatus.Failed => (ConsoleColor.Red, "FAIL"),
                _ => (ConsoleColor.DarkGray, "-"),
            };
            terminal.Write(color, $"{word,-5}");
            var details = step.Details.Count == 0 ? [""] : step.Details;
            terminal.Out.WriteLine($"{step.Name,-19}{details[0]}");
            foreach (var (detail, depth) in details.Skip(1).Select((detail, index) => (detail, index)))
            {
                var branch = step.Name == "certificate" ? $"{new string(' ', depth * 2)}└ " : "";
                terminal.Out.WriteLine($"{"",24}{branch}{detail}");
            }
        }

        ProblemConsole.Write(terminal.Error, diagnosis.Problems);
    }

    /// <summary>
    /// The shape is documented in docs/doctor.md: fields are added, never renamed. Steps and problems are printable from the start.
    /// </summary>
    public static void WriteJson(TextWriter output, string subject, TlsDiagnosis diagnosis)
    {
        var report = new JsonReport(
            PeerText.Printable(subject, PeerText.LongestValue), !diagnosis.Steps.Any(step => step.Status == TlsStepStatus.Failed),
            [.. diagnosis.Steps.Select(step => new JsonStep(step.Name, step.Status, step.Details))],
            [.. diagnosis.Problems.Select(ProblemConsole.InSample)
                .Select(each => new JsonProblem(each.Id, each.Title, each.Cause, each.Fix, each.Permanent))]);
        output.WriteLine(JsonSerializer.Serialize(report, Json.JsonReport));
    }
}

/// <summary>The object that <c>--json</c> writes.</summary>
internal sealed record JsonReport(string Subject, bool Ok, IReadOnlyList<JsonStep> Steps, IReadOnlyList<JsonProblem> Problems);

/// <summary>One step of it.</summary>
internal sealed record JsonStep(string Name, TlsStepStatus Status, IReadOnlyList<string> Details);

/// <summary>One problem of it.</summary>
internal sealed record JsonProblem(string Id, string Title, string Cause, string Fix, bool Permanent);

/// <summary>How it is written, generated at build time: without reflection it works in a native program too.</summary>
[JsonSerializable(typeof(JsonReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
