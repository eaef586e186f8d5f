using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Reloads are counted, good and bad, and every certificate in use tells how long it lasts.</summary>
public sealed class MaterialMetricsTests : IDisposable
{
    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Reloads_and_time_left_are_measured()
    {
        var reloads = new ConcurrentQueue<string>();
        var left = new ConcurrentDictionary<string, double>();
        var serial = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => reloads.Enqueue(Tag(tags, "outcome")));
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => left[Tag(tags, "serial")] = value);
        listener.Start();
        await using var server = await TestServer.StartAsync(_folder, _time);

        _folder.WriteServer(serial);
        _time.Advance(TimeSpan.FromSeconds(5));
        _folder.Write(_folder.ServerKey, "no key");
        _time.Advance(TimeSpan.FromSeconds(5));
        listener.RecordObservableInstruments();

        reloads.Should().Contain("good").And.Contain("bad");
        var days = TimeSpan.FromSeconds(left[serial.Certificate.SerialNumber]).TotalDays;
        days.Should().BeInRange(29.9, 30);
        left.Should().ContainKey(TestPki.Ec.ClientCa.Root.SerialNumber);
    }

    public void Dispose() => _folder.Dispose();

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Name is "grpctls.reloads" or "grpctls.certificate.time_left")
            listener.EnableMeasurementEvents(instrument);
    }

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
                return $"{value}";
        }

        return "";
    }
}
