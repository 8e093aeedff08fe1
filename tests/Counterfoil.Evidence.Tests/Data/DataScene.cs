using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using Check = Counterfoil.Core.Verdicts.Check;
using DatasetCommitment = Counterfoil.Evidence.Predicates.DatasetCommitment;

namespace Counterfoil.Tests.Data;

/// <summary>A committed set with everything that proofs are made from and believed by.</summary>
sealed class DataScene
{
    public static readonly DateTimeOffset Then = new(2026, 11, 24, 5, 21, 51, TimeSpan.Zero);

    public static Signer Committer { get; } = Signer.FromSeed(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat((byte)7, 32)]);

    public static byte[] Policy { get; } = PolicyOf(Committer.PublicKey);

    public static byte[] PolicyOf(PublicKey key, DateTimeOffset? asOf = null) => new Policy(1, asOf ?? Then.AddDays(1), [new TrustedSigner("data", [key])], [], [], []).Encode();

    public required List<byte[]> Records { get; init; }
    public required CommitmentResult Result { get; init; }
    public required LeafManifest Manifest { get; init; }
    public required Envelope Statement { get; init; }
    public required CommittedSet Set { get; init; }

    public ManifestLeaves Leaves => field ??= new(Result.Canonicaliser, Manifest);

    public static async Task<DataScene> MakeAsync(int records, int seed = 1) => await OfAsync(Pictures.Make(records, seed: seed));

    public static async Task<DataScene> OfAsync(List<byte[]> records)
    {
        var (result, manifest) = await Pictures.Commit(records);
        return Of(records, result, manifest);
    }

    public static DataScene Of(List<byte[]> records, CommitmentResult result, LeafManifest manifest)
    {
        var statement = Sign(result);
        Assert.Equal(Verdict.Accept, CommittedSet.Read(statement, out var set, out _));
        return new() { Records = records, Result = result, Manifest = manifest, Statement = statement, Set = set! };
    }

    public static Envelope Sign(CommitmentResult result, Signer? signer = null) => LinkStatement.Sign("pictures", new DatasetCommitment(
        "pictures", result.Canonicaliser.Id, result.Records, result.Bytes, result.OrderedRoot, result.SortedRoot, "MIT", [], "counterfoil 0.1.0", Then), signer ?? Committer);

    public DataProof Inclusion(long place) => new(Set, new Claim.Inclusion(Placement.Of(Leaves, place)), Statement);

    public DataProof Absence(byte[] record) => new(Set, Claim.Absence.Make(Leaves, record)!, Statement);

    public static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    public static void CannotTell(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Unverifiable>(verdict).Reason.Check);

    public static byte[] Flip(byte[] bytes, int at, int flip)
    {
        var changed = bytes.ToArray();
        changed[at] ^= (byte)flip;
        return changed;
    }
}
