using Counterfoil.Core.Attestation;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Cli.Data;

/// <summary>A folder with a signed statement about a set and the leaves that it is over, checked against one another.</summary>
sealed class CommittedFolder
{
    /// <summary>The signed statement: a DSSE envelope, in JSON or CBOR.</summary>
    public const string StatementFile = "statement.json";

    /// <summary>The leaves, as <see cref="LeafManifest"/> writes them.</summary>
    public const string LeavesFile = "leaves";

    CommittedFolder(Envelope statement, CommittedSet set, ICommittedLeaves leaves) => (Statement, Set, Leaves) = (statement, set, leaves);

    public Envelope Statement { get; }
    public CommittedSet Set { get; }
    public ICommittedLeaves Leaves { get; }

    /// <summary>What the statement says, for an audit.</summary>
    public StatedFacts Stated(long? bytes) => new(Set.Canonicaliser, Set.Records, Set.OrderedRoot, Set.AbsenceRoot, bytes);

    public static CommittedFolder Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new UsageException($"there is no folder {folder}", "name the folder that holds the commitment and its leaves");
        var statement = ReadStatement(Path.Combine(folder, StatementFile));
        CommittedSet.Read(statement, out var set, out _).Require();
        var expected = new CommitmentResult(set!.Canonicaliser, set.Records, 0, 0, set.OrderedRoot, set.AbsenceRoot);
        LeafManifest.Read(InputFile.Read(Path.Combine(folder, LeavesFile), int.MaxValue - 64), expected, out var leaves).Require();
        return new(statement, set, new ManifestLeaves(set.Canonicaliser, leaves!));
    }

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
