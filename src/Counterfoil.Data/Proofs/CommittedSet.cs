using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Proofs;

/// <summary>The set that a proof is about: which signed statement, and what that says.</summary>
/// <param name="Statement">SHA-256 of the statement's payload: of a dataset-commitment, or of the latest dataset-delta.</param>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Records">Places in the ordered tree.</param>
/// <param name="OrderedRoot">Root of the ordered tree.</param>
/// <param name="AbsenceRoot">Root of the absence tree.</param>
public sealed record CommittedSet(Sha256Digest Statement, Canonicaliser Canonicaliser, long Records, Sha256Digest OrderedRoot, Sha256Digest AbsenceRoot)
{
    /// <summary>Reads what a signed statement says of a set. Who signed it is another check.</summary>
    /// <param name="envelope">A dataset-commitment or a dataset-delta.</param>
    /// <param name="set">The set.</param>
    /// <param name="at">When it was stated, by the signer's clock.</param>
    public static Verdict Read(Envelope envelope, out CommittedSet? set, out DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        (set, at) = (null, default);
        var verdict = StatementCodec.PeekPredicateType(envelope.Payload, out string? type);
        if (!verdict.IsAccepted) return verdict;
        string name;
        (long Records, Sha256Digest Ordered, Sha256Digest Absence) says;
        if (type == DatasetDelta.PredicateType)
        {
            verdict = DatasetDelta.Decode(envelope, out var delta);
            if (!verdict.IsAccepted) return verdict;
            (name, says, at) = (delta!.Canonicaliser, (delta.Records, delta.OrderedRoot, delta.SortedRoot), delta.RemovedAt);
        }
        else
        {
            verdict = LinkStatement.Decode(envelope, out var statement);
            if (!verdict.IsAccepted) return verdict;
            if (statement!.Predicate is not DatasetCommitment c) return Verdict.Reject(DataChecks.ProofStatement, $"a {LinkType.DatasetCommitment} or a dataset-delta", $"a {statement.Type}");
            if (!statement.Subject.Digest.Equals(LinkStatement.SubjectDigest(c)))
                return Verdict.Reject(DataChecks.ProofStatement, $"a statement about {LinkStatement.SubjectDigest(c)}", $"one about {statement.Subject.Digest}");
            (name, says, at) = (c.Canonicaliser, (c.Records, c.OrderedRoot, c.SortedRoot), c.CommittedAt);
        }
        verdict = Canonicaliser.Parse(name, out var canonicaliser);
        if (verdict.IsAccepted) set = new(envelope.PayloadDigest, canonicaliser!, says.Records, says.Ordered, says.Absence);
        return verdict;
    }

    /// <summary>The unsalted leaf hash of a record of this set.</summary>
    public Sha256Digest Leaf(ReadOnlySpan<byte> record) => new RecordLeaf(Canonicaliser).Hash(record);

    internal void WriteTo(CborWriter writer)
    {
        writer.BeginArray(5);
        writer.WriteBytes(Statement.ToArray());
        writer.WriteText(Canonicaliser.Id);
        writer.WriteInt(Records);
        writer.WriteBytes(OrderedRoot.ToArray());
        writer.WriteBytes(AbsenceRoot.ToArray());
        writer.EndArray();
    }

    internal static CommittedSet? ReadFrom(ref CborReader reader)
    {
        reader.BeginArray(5, 5);
        var statement = new Sha256Digest(reader.ReadBytes32());
        string id = reader.ReadText(64);
        long records = reader.ReadInt(0, long.MaxValue);
        Sha256Digest ordered = new(reader.ReadBytes32()), absence = new(reader.ReadBytes32());
        reader.EndArray();
        if (reader.Failed) return null;
        if (Canonicaliser.Parse(id, out var canonicaliser) is Verdict.Rejected { Reason: var reason }) reader.Fail(reason.Check, reason.Expected, reason.Found);
        return canonicaliser is null ? null : new(statement, canonicaliser, records, ordered, absence);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Records} records of {Canonicaliser}, ordered root {OrderedRoot}, absence root {AbsenceRoot}, statement {Statement}";
}
