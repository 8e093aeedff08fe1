using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Cli.Data;

/// <summary>A folder with a signed statement about a set and the leaves that it is over, checked against one another.</summary>
sealed class CommittedFolder : IDisposable
{
    /// <summary>The signed statement: a DSSE envelope, in JSON or CBOR.</summary>
    public const string StatementFile = "statement.json";

    readonly long? bytes;

    CommittedFolder(Envelope statement, CommittedSet set, CommitmentFolder leaves, long? bytes) => (Statement, Set, Leaves, this.bytes) = (statement, set, leaves, bytes);

    public Envelope Statement { get; }
    public CommittedSet Set { get; }
    public CommitmentFolder Leaves { get; }

    /// <summary>What the signed statement says, for an audit: a delta's says nothing of bytes.</summary>
    public StatedFacts Stated => new(Set.Canonicaliser, Set.Records, Set.OrderedRoot, Set.AbsenceRoot, bytes);

    public static CommittedFolder Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new UsageException($"there is no folder {folder}", "name the folder that holds the commitment and its leaves");
        if (SaltedFolder.IsOne(folder)) throw new UsageException($"{folder} holds a salted set, whose leaves cannot be compared", "\"counterfoil data audit\" recomputes it; prove, absent, erase and lookup read it");
        var statement = ReadStatement(Path.Combine(folder, StatementFile));
        CommittedSet.Read(statement, out var set, out _).Require();
        CommitmentFolder.Open(folder, out var leaves).Require();
        var result = leaves!.Result;
        if ((result.Canonicaliser, result.Records, result.OrderedRoot, result.SortedRoot) == (set!.Canonicaliser, set.Records, set.OrderedRoot, set.AbsenceRoot)) return new(statement, set, leaves, LinkStatement.Decode(statement, out var link).IsAccepted && link!.Predicate is Evidence.Predicates.DatasetCommitment stated ? stated.Bytes : null);
        leaves.Dispose();
        throw new UsageException($"the statement in {folder} is of another set than its leaves", "counterfoil data commit writes both");
    }

    /// <summary>The places that hold a leaf, ascending.</summary>
    public IReadOnlyList<long> Find(Sha256Digest leafHash) => ((ICommittedLeaves)Leaves).Find(leafHash);

    public void Dispose() => Leaves.Dispose();

    /// <summary>What a signed statement says of a set: the file, or the folder that holds it.</summary>
    public static CommittedSet ReadSet(string path)
    {
        CommittedSet.Read(ReadStatement(StatementPath(path)), out var set, out _).Require();
        return set!;
    }

    /// <summary>The file of a statement, which may be named by the folder that holds it.</summary>
    public static string StatementPath(string path) => Directory.Exists(path) ? Path.Combine(path, StatementFile) : path;

    /// <summary>Reads an envelope in either of its forms.</summary>
    public static Envelope ReadStatement(string path)
    {
        byte[] bytes = InputFile.Read(path, Envelope.MaxPayload * 2);
        Envelope? envelope;
        var verdict = bytes is [(byte)'{', ..] ? Envelope.DecodeJson(bytes, out envelope) : Envelope.DecodeCbor(bytes, out envelope);
        if (verdict is Verdict.Rejected { Reason: var reason }) throw new UsageException($"{path} is no signed statement: {reason}");
        return envelope!;
    }
}
