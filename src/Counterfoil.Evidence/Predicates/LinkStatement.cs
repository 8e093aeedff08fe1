using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Encoding;

namespace Counterfoil.Evidence.Predicates;

/// <summary>A link's statement: one subject, one predicate, of one of the known types.</summary>
/// <param name="Type">The kind of link.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Predicate">A <see cref="DatasetCommitment"/>, <see cref="GuardReport"/>, <see cref="ComputeLease"/>, <see cref="TrainingRun"/>,
/// <see cref="ModelCommitment"/>, <see cref="InferenceRecord"/> or <see cref="Settlement"/>.</param>
public sealed record LinkStatement(LinkType Type, Subject Subject, object Predicate)
{
    /// <summary>Signs a link about the subject that its predicate calls for.</summary>
    /// <param name="name">What people call the subject.</param>
    /// <param name="predicate">One of the predicates.</param>
    /// <param name="signer">The holder of the role that signs this kind of link.</param>
    /// <param name="subject">The subject's SHA-256; needed for a training run alone, whose weights its predicate does not name.</param>
    /// <exception cref="ArgumentException">The predicate is of no known type.</exception>
    public static Envelope Sign(string name, object predicate, Signer signer, Sha256Digest? subject = null)
    {
        var digest = SubjectDigest(predicate) ?? (subject is { } s ? new DigestSet(s) : throw new ArgumentException("this predicate needs a subject", nameof(subject)));
        var about = new Subject { Name = name, Digest = digest };
        return predicate switch
        {
            DatasetCommitment p => Sign(LinkType.DatasetCommitment, about, p, LinkJson.Default.StatementDatasetCommitment, signer),
            GuardReport p => Sign(LinkType.GuardReport, about, p, LinkJson.Default.StatementGuardReport, signer),
            ComputeLease p => Sign(LinkType.ComputeLease, about, p, LinkJson.Default.StatementComputeLease, signer),
            TrainingRun p => Sign(LinkType.TrainingRun, about, p, LinkJson.Default.StatementTrainingRun, signer),
            ModelCommitment p => Sign(LinkType.ModelCommitment, about, p, LinkJson.Default.StatementModelCommitment, signer),
            InferenceRecord p => Sign(LinkType.InferenceProof, about, p, LinkJson.Default.StatementInferenceRecord, signer),
            Settlement p => Sign(LinkType.Settlement, about, p, LinkJson.Default.StatementSettlement, signer),
            _ => throw new ArgumentException($"no link has a predicate of type {predicate?.GetType().Name}", nameof(predicate)),
        };
    }

    /// <summary>The statement of a data-set commitment as it would be signed: for whoever signs elsewhere, or later.</summary>
    /// <param name="name">What people call the data set.</param>
    /// <param name="predicate">The commitment.</param>
    public static byte[] Encode(string name, DatasetCommitment predicate) => StatementCodec.Encode(
        StatementCodec.About([new Subject { Name = name, Digest = SubjectDigest(predicate)! }], LinkType.DatasetCommitment.PredicateType, predicate), LinkJson.Default.StatementDatasetCommitment);

    /// <summary>Reads the statement in an envelope. Who signed it is another check.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="statement">The statement, when the verdict accepts.</param>
    public static Verdict Decode(Envelope envelope, out LinkStatement? statement)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        statement = null;
        var verdict = StatementCodec.PeekPredicateType(envelope.Payload, out string? predicateType);
        if (!verdict.IsAccepted) return verdict;
        return LinkType.Find(predicateType!)?.Number switch
        {
            1 => Open(envelope, LinkType.DatasetCommitment, LinkJson.Default.StatementDatasetCommitment, out statement),
            2 => Open(envelope, LinkType.GuardReport, LinkJson.Default.StatementGuardReport, out statement),
            3 => Open(envelope, LinkType.ComputeLease, LinkJson.Default.StatementComputeLease, out statement),
            4 => Open(envelope, LinkType.TrainingRun, LinkJson.Default.StatementTrainingRun, out statement),
            5 => Open(envelope, LinkType.ModelCommitment, LinkJson.Default.StatementModelCommitment, out statement),
            6 => Open(envelope, LinkType.InferenceProof, LinkJson.Default.StatementInferenceRecord, out statement),
            7 => Open(envelope, LinkType.Settlement, LinkJson.Default.StatementSettlement, out statement),
            _ => Verdict.Reject(EvidenceChecks.LinkStatement, $"one of {string.Join(", ", LinkType.All.Select(t => t.PredicateType))}", predicateType!),
        };
    }

    /// <summary>What a statement with this predicate must be about; null where the predicate does not say (the weights of a training run).</summary>
    public static DigestSet? SubjectDigest(object predicate) => predicate switch
    {
        DatasetCommitment d => new DigestSet([new("counterfoilOrderedRoot", d.OrderedRoot.ToString())]),
        GuardReport g => new DigestSet([new("counterfoilBatchesRoot", g.Stream.BatchesRoot.ToString())]),
        ComputeLease l => new DigestSet(l.ManifestDigest),
        ModelCommitment m => new DigestSet([new("counterfoilModelId", m.ModelId.Value.ToString())]),
        InferenceRecord i => new DigestSet([new("counterfoilOutput", i.Output.Tensor.ToString())]),
        Settlement s => new DigestSet([new("keccak256", s.Payment.Transaction.ToString())]),
        _ => null,
    };

    static Envelope Sign<T>(LinkType type, Subject about, T predicate, System.Text.Json.Serialization.Metadata.JsonTypeInfo<Statement<T>> json, Signer signer) =>
        StatementCodec.Sign(StatementCodec.About([about], type.PredicateType, predicate), json, signer);

    static Verdict Open<T>(Envelope envelope, LinkType type, System.Text.Json.Serialization.Metadata.JsonTypeInfo<Statement<T>> json, out LinkStatement? statement)
        where T : notnull
    {
        statement = null;
        var verdict = StatementCodec.Open(envelope, type.PredicateType, json, out var read);
        if (!verdict.IsAccepted) return verdict;
        if (read!.Subject.Length != 1) return Verdict.Reject(EvidenceChecks.LinkStatement, "one subject", $"{read.Subject.Length}");
        if (HoldsNull(read.Predicate)) return Verdict.Reject(EvidenceChecks.LinkStatement, "lists without null", "null");
        statement = new LinkStatement(type, read.Subject[0], read.Predicate);
        return Verdict.Accept;
    }

    /// <summary>JSON's null passes for an element of a list, whatever its type says.</summary>
    static bool HoldsNull(object predicate) => predicate switch
    {
        GuardReport g => g.Quarantined.Any(q => q is null),
        TrainingRun t => t.BuildDefinition.ResolvedDependencies.Any(d => d is null),
        _ => false,
    };
}
