using System.Globalization;
using Counterfoil.Data.Commitments;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>Tells on stderr how far a commit has come: on a terminal one line that changes, elsewhere a line every few seconds.</summary>
sealed class ProgressLines : IDisposable
{
    static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(0.5), OnTerminal = TimeSpan.FromSeconds(0.2), Elsewhere = TimeSpan.FromSeconds(5);

    readonly bool terminal = !Console.IsErrorRedirected;
    readonly Lock gate = new();
    readonly long start = TimeProvider.System.GetTimestamp();
    CommitStage? stage;
    long stageStart, stageDone, said;
    bool written;

    public void Hear(CommitProgress progress)
    {
        lock (gate)
        {
            long now = TimeProvider.System.GetTimestamp();
            if (stage != progress.Stage) (stage, stageStart, stageDone) = (progress.Stage, now, progress.Done);
            if (TimeProvider.System.GetElapsedTime(start, now) < BeforeFirst) return;
            if (said != 0 && TimeProvider.System.GetElapsedTime(said, now) < (terminal ? OnTerminal : Elsewhere)) return;
            if (!terminal && said == 0 && TimeProvider.System.GetElapsedTime(start, now) < Elsewhere) return;
            said = now;
            Say(progress, TimeProvider.System.GetElapsedTime(stageStart, now).TotalSeconds);
        }
    }

    void Say(CommitProgress progress, double seconds)
    {
        // What a resumed run found done is no part of its rate.
        double rate = seconds > 0 ? (progress.Done - stageDone) / seconds : 0;
        bool ofBytes = progress.Stage is CommitStage.Hashing or CommitStage.Reading;
        string speed = ofBytes ? $"{rate / 1e6:F0} MB/s" : $"{rate / 1e6:F2} M records/s";
        string left = rate > 0 ? $", {Math.Max(0, (progress.Total - progress.Done) / rate):F0} s left" : "";
        double part = progress.Total > 0 ? 100.0 * progress.Done / progress.Total : 100;
        string what = progress.Stage switch { CommitStage.Reading => "reading records", CommitStage.Hashing => "hashing records", CommitStage.Ordering => "hashing the ordered tree", _ => "sorting keys" };
        string line = string.Create(CultureInfo.InvariantCulture, $"counterfoil: {what}: {part:F0} % of {(ofBytes ? $"{progress.Total / 1e6:N0} MB" : $"{progress.Total:N0} records")}, {progress.Records:N0} records, {speed}{left}");
        if (!terminal) Terminal.Notes.WriteLine(line);
        else
        {
            Console.Error.Write($"\r\u001b[K{line}");
            written = true;
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (written) Console.Error.Write("\r\u001b[K");
            written = false;
        }
    }
}
