using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence.Verification;

/// <summary>The report as JSON.</summary>
public static class VerificationReportJson
{
    /// <summary>The report as <c>counterfoil verify --json</c> prints it: the same facts as the human form.</summary>
    /// <param name="report">The report.</param>
    /// <param name="took">How long verification took.</param>
    public static string ToJson(this VerificationReport report, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (word, reason) = Words(report.Verdict);
        var links = report.Links.Select(l =>
        {
            var (verdict, why) = Words(l.Verdict);
            return new LinkDocument(l.Type?.Name, l.Digest.ToString(), verdict, why?.Check.Id, why?.Expected, why?.Found);
        });
        return JsonSerializer.Serialize(
            new ReportDocument(word, reason?.Check.Id, reason?.Expected, reason?.Found, report.PolicyDigest?.ToString(), [.. links], report.Proves,
                report.DoesNotProve, report.Live.IsEmpty ? null : [.. report.Live.Select(Document)], Math.Round(took.TotalMilliseconds, 1)),
            ReportJson.Default.ReportDocument);
    }

    static LiveDocument Document(LiveBlock live)
    {
        var (word, reason) = Words(live.Verdict);
        return new LiveDocument(live.Block.Chain, live.Block.Number, $"0x{live.Block.Hash}", live.Block.Pinned, live.Endpoint, live.Confirmations, word, reason?.Check.Id, reason?.Expected, reason?.Found);
    }

    /// <summary>ACCEPT, REJECT or UNVERIFIABLE, and the reason where there is one.</summary>
    public static (string Word, Reason? Reason) Words(Verdict verdict) => verdict switch
    {
        Verdict.Rejected r => ("REJECT", r.Reason),
        Verdict.Unverifiable u => ("UNVERIFIABLE", u.Reason),
        _ => ("ACCEPT", null),
    };
}

sealed record ReportDocument(
    string Verdict, string? Check, string? Expected, string? Found, string? PolicyDigest, ImmutableArray<LinkDocument> Links,
    ImmutableArray<string> Proves, ImmutableArray<string> DoesNotProve,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LiveDocument>? Live, double Millis);

sealed record LiveDocument(
    string Chain, ulong Number, string Hash, bool Pinned, string? Endpoint, ulong? Confirmations, string Verdict, string? Check, string? Expected, string? Found);

sealed record LinkDocument(string? Type, string Digest, string Verdict, string? Check, string? Expected, string? Found);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReportDocument))]
sealed partial class ReportJson : JsonSerializerContext;
