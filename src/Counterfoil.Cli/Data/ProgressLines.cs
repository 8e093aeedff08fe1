using System.Globalization;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Cli.Data;

/// <summary>Tells on stderr how far a commit has come, and how fast.</summary>
sealed class ProgressLines : IDisposable
{
    readonly ProgressLine line = new();
    readonly Lock gate = new();
    CommitStage? stage;
    long stageStart, stageDone;

    public void Hear(CommitProgress progress)
    {
        lock (gate)
        {
            if (stage != progress.Stage) (stage, stageStart, stageDone) = (progress.Stage, TimeProvider.System.GetTimestamp(), progress.Done);
            line.Say(() => Words(progress, TimeProvider.System.GetElapsedTime(stageStart).TotalSeconds));
        }
    }

    string Words(CommitProgress progress, double seconds)
    {
        // What a resumed run found done is no part of its rate.
        double rate = seconds > 0 ? (progress.Done - stageDone) / seconds : 0;
        bool ofBytes = progress.Stage is CommitStage.Hashing or CommitStage.Reading;
        string speed = ofBytes ? $"{rate / 1e6:F0} MB/s" : $"{rate / 1e6:F2} M records/s";
        string left = rate > 0 ? $", {Math.Max(0, (progress.Total - progress.Done) / rate):F0} s left" : "";
        double part = progress.Total > 0 ? 100.0 * progress.Done / progress.Total : 100;
        string what = progress.Stage switch { CommitStage.Reading => "reading records", CommitStage.Hashing => "hashing records", CommitStage.Ordering => "hashing the ordered tree", _ => "sorting keys" };
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {part:F0} % of {(ofBytes ? $"{progress.Total / 1e6:N0} MB" : $"{progress.Total:N0} records")}, {progress.Records:N0} records, {speed}{left}");
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose() => line.Dispose();
}
