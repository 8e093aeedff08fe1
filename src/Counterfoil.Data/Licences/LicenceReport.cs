using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Data.Licences;

/// <summary>An opt-out as a statement has it.</summary>
/// <param name="Kind">What was read.</param>
/// <param name="Answer">What it says.</param>
/// <param name="Place">Where.</param>
/// <param name="Evidence">SHA-256 of what was read.</param>
public sealed record StatedOptOut(string Kind, [property: JsonConverter(typeof(JsonStringEnumConverter<OptOutAnswer>))] OptOutAnswer Answer, string Place, Sha256Digest Evidence);

/// <summary>A source as a statement has it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Licence">Its licence expression.</param>
/// <param name="OptOuts">What was read beside it.</param>
public sealed record StatedSource(string Name, string Licence, ImmutableArray<StatedOptOut> OptOuts);

/// <summary>A way to take all licences, as a statement has it.</summary>
/// <param name="Permits">Uses, in the order training, commercial, redistribution, derivatives.</param>
/// <param name="Duties">Duties, in order.</param>
public sealed record StatedTerms(ImmutableArray<string> Permits, ImmutableArray<string> Duties);

/// <summary>What a licence policy makes of a dataset's sources: predicate <see cref="PredicateType"/>; its subject is the dataset's statement. Whoever has the policy recomputes it.</summary>
/// <param name="Dataset">The payload digest of the dataset's commitment.</param>
/// <param name="Policy">SHA-256 of the policy.</param>
/// <param name="Sources">The sources.</param>
/// <param name="Options">What they allow together.</param>
/// <param name="Tool">What computed it.</param>
public sealed record LicenceReport(Sha256Digest Dataset, Sha256Digest Policy, ImmutableArray<StatedSource> Sources, ImmutableArray<StatedTerms> Options, string Tool)
{
    /// <summary>The predicate's type.</summary>
    public const string PredicateType = "urn:counterfoil:licence-report:v1";

    /// <summary>States a result.</summary>
    public static LicenceReport Of(Sha256Digest dataset, LicenceMixture mixture, string tool)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        return new(dataset, mixture.PolicyDigest,
            [.. mixture.Sources.Select(s => new StatedSource(s.Source.Name, s.Source.Licence.ToString(), [.. s.Source.OptOuts.Select(o => new StatedOptOut(o.Kind, o.Answer, o.Place, o.Evidence))]))],
            [.. mixture.Options.Select(o => new StatedTerms([.. LicencePolicy.Names(o.Permits)], [.. o.Duties]))], tool);
    }

    /// <summary>Signs it.</summary>
    public Envelope Sign(string name, Signer signer) =>
        StatementCodec.Sign(StatementCodec.About([new Subject { Name = name, Digest = new(Dataset) }], PredicateType, this), LicenceReportJson.Default.StatementLicenceReport, signer);

    /// <summary>Reads the one in an envelope. Who signed it is another check.</summary>
    public static Verdict Decode(Envelope envelope, out LicenceReport? report)
    {
        report = null;
        var verdict = StatementCodec.Open(envelope, PredicateType, LicenceReportJson.Default.StatementLicenceReport, out var statement);
        if (!verdict.IsAccepted) return verdict;
        var read = statement!.Predicate;
        if (statement.Subject.Length != 1 || !statement.Subject[0].Digest.Equals(new DigestSet(read.Dataset)) || read.Sources.IsDefault || read.Options.IsDefault || read.Sources.Any(s => s is null || s.OptOuts.IsDefault || s.OptOuts.Any(o => o is null)))
            return Verdict.Reject(LicenceChecks.Result, $"the dataset {read.Dataset} as the one subject, and lists without null", "something else");
        report = read;
        return Verdict.Accept;
    }

    /// <summary>Applies the policy again, and compares.</summary>
    public Verdict Verify(LicencePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Digest != Policy) return Verdict.CannotTell(LicenceChecks.Policy, $"the policy {Policy}; the one at hand is {policy.Digest}");
        var sources = new List<LicencedSource>();
        foreach (var source in Sources)
        {
            var verdict = LicenceExpression.Parse(source.Licence, out var licence);
            if (!verdict.IsAccepted) return verdict;
            sources.Add(new(source.Name, licence!, [.. source.OptOuts.Select(o => new OptOut(o.Kind, o.Answer, o.Place, o.Evidence))]));
        }
        var again = Of(Dataset, LicenceMixture.Of(policy, sources), Tool);
        return Shown(again) == Shown(this) ? Verdict.Accept : Verdict.Reject(LicenceChecks.Result, Shown(again), Shown(this));
    }

    static string Shown(LicenceReport report) => report.Options.IsEmpty ? "nothing" : string.Join(", or ", report.Options.Select(o => $"{string.Join('+', o.Permits)} with [{string.Join(',', o.Duties)}]"));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Statement<LicenceReport>), TypeInfoPropertyName = "StatementLicenceReport")]
sealed partial class LicenceReportJson : JsonSerializerContext;
