using System.Text.Json.Serialization;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>An index, committed beside the two roots of a data set: predicate <see cref="PredicateType"/>; its subject is the root of the signatures.</summary>
/// <remarks>A statement of its own, and not a member of the data set's: an index can be made later, by others, with other parameters, and be recomputed by whoever has the data.</remarks>
/// <param name="Dataset">The payload digest of the data set's commitment.</param>
/// <param name="OrderedRoot">The data set's ordered root.</param>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Records">How many records have signatures: all.</param>
/// <param name="Parameters">What decides signatures, in its one text.</param>
/// <param name="SignaturesRoot">The root over the signatures.</param>
/// <param name="Tool">What computed it.</param>
public sealed record NearDuplicateStatement(Sha256Digest Dataset, Sha256Digest OrderedRoot, string Canonicaliser, long Records, string Parameters, Sha256Digest SignaturesRoot, string Tool)
{
    /// <summary>The predicate's type.</summary>
    public const string PredicateType = "urn:counterfoil:near-duplicate-index:v1";

    /// <summary>States what an index is about.</summary>
    public static NearDuplicateStatement Of(Sha256Digest dataset, NearDuplicateIndexFacts facts, string tool)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new(dataset, facts.OrderedRoot, facts.Canonicaliser.Id, facts.Records, facts.Parameters.ToString(), facts.SignaturesRoot, tool);
    }

    /// <summary>Signs it.</summary>
    public Envelope Sign(string name, Signer signer) =>
        StatementCodec.Sign(StatementCodec.About([new Subject { Name = name, Digest = Subject }], PredicateType, this), NearDuplicateJson.Default.StatementNearDuplicateStatement, signer);

    DigestSet Subject => new([new("counterfoilSignaturesRoot", SignaturesRoot.ToString())]);

    /// <summary>Reads the one in an envelope. Who signed it is another check.</summary>
    public static Verdict Decode(Envelope envelope, out NearDuplicateStatement? statement, out NearDuplicateIndexFacts? facts)
    {
        (statement, facts) = (null, null);
        var verdict = StatementCodec.Open(envelope, PredicateType, NearDuplicateJson.Default.StatementNearDuplicateStatement, out var read);
        if (!verdict.IsAccepted) return verdict;
        var said = read!.Predicate;
        if (read.Subject.Length != 1 || !read.Subject[0].Digest.Equals(said.Subject)) return Verdict.Reject(NearDuplicateChecks.Statement, $"the signatures' root {said.SignaturesRoot} as the one subject", string.Join(", ", read.Subject.Select(s => s.Digest)));
        if (said.Records is < 1 or > uint.MaxValue) return Verdict.Reject(NearDuplicateChecks.Statement, "1 … 2³² − 1 records", $"{said.Records}");
        MinHashParameters? parameters = null;
        Canonicaliser? rule = null;
        verdict = MinHashParameters.Parse(said.Parameters, out parameters).Then(() => Data.Records.Canonicaliser.Parse(said.Canonicaliser, out rule));
        if (!verdict.IsAccepted) return verdict;
        (statement, facts) = (said, new(parameters!, rule!, said.Records, said.OrderedRoot, said.SignaturesRoot));
        return Verdict.Accept;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Statement<NearDuplicateStatement>), TypeInfoPropertyName = "StatementNearDuplicateStatement")]
sealed partial class NearDuplicateJson : JsonSerializerContext;
