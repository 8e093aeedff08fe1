using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Lineage;

/// <summary>A dataset as a transformation sees it.</summary>
/// <param name="Statement">The payload digest of its commitment: the node of the graph.</param>
/// <param name="OrderedRoot">Its ordered root.</param>
/// <param name="Records">How many records it has.</param>
public sealed record TransformedDataset(Sha256Digest Statement, Sha256Digest OrderedRoot, long Records);

/// <summary>An edge of the lineage graph: these datasets became that one, by this operation. Predicate <see cref="PredicateType"/>; its subject is the output's ordered root.</summary>
/// <param name="Inputs">What it was made from, in order.</param>
/// <param name="Output">What was made.</param>
/// <param name="Operation">The operation's name and version.</param>
/// <param name="Parameters">Its parameters, in its one form; seeds among them.</param>
/// <param name="ToolDigest">What it was done with (<see cref="Transformations.Transformation.ToolDigest"/>).</param>
/// <param name="Tool">The tool's name and version, for people.</param>
public sealed record DataTransformation(ImmutableArray<TransformedDataset> Inputs, TransformedDataset Output, string Operation, string Parameters, Sha256Digest ToolDigest, string Tool)
{
    /// <summary>The predicate's type.</summary>
    public const string PredicateType = "urn:counterfoil:data-transformation:v1";

    /// <summary>Signs it.</summary>
    public Envelope Sign(string outputName, Signer signer) =>
        StatementCodec.Sign(StatementCodec.About([new Subject { Name = outputName, Digest = Subject }], PredicateType, this), LineageJson.Default.StatementDataTransformation, signer);

    DigestSet Subject => new([new("counterfoilOrderedRoot", Output.OrderedRoot.ToString())]);

    /// <summary>Reads the one in an envelope. Who signed it is another check.</summary>
    public static Verdict Decode(Envelope envelope, out DataTransformation? transformation)
    {
        transformation = null;
        var verdict = StatementCodec.Open(envelope, PredicateType, LineageJson.Default.StatementDataTransformation, out var statement);
        if (!verdict.IsAccepted) return verdict;
        var read = statement!.Predicate;
        if (read.Inputs.IsDefaultOrEmpty || read.Inputs.Any(i => i is null)) return Verdict.Reject(LineageChecks.Statement, "at least one input", "none");
        if (statement.Subject.Length != 1 || !statement.Subject[0].Digest.Equals(read.Subject)) return Verdict.Reject(LineageChecks.Statement, $"the output {read.Output.OrderedRoot} as the one subject", string.Join(", ", statement.Subject.Select(s => s.Digest)));
        transformation = read;
        return Verdict.Accept;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Statement<DataTransformation>), TypeInfoPropertyName = "StatementDataTransformation")]
sealed partial class LineageJson : JsonSerializerContext;
