using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Witnesses;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

public sealed class WitnessTests : IDisposable
{
    readonly Signer secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)3, 32).ToArray());
    readonly NoteSigner log;
    readonly Sha256Digest[] leaves = [.. Enumerable.Range(0, 100).Select(i => MerkleTree.LeafHash([(byte)i]))];
    Checkpoint? latest;

    public WitnessTests() => log = new NoteSigner("example.com/log", secret);

    public void Dispose() => secret.Dispose();

    Checkpoint At(int size) => new("example.com/log", size, MerkleTree.Root(leaves.AsSpan(0, size)));

    AddCheckpoint Request(int old, Checkpoint checkpoint) =>
        new(old, old == 0 ? [] : MerkleTree.ConsistencyPath(leaves.AsSpan(0, (int)checkpoint.Size), old), SignedCheckpoint.Sign(checkpoint, log).Note);

    WitnessAnswer Ask(AddCheckpoint request) => Ask(request.ToBytes());

    WitnessAnswer Ask(byte[] body)
    {
        var answer = Witness.Consider(body, origin => origin == log.Key.Name ? [log.Key] : [], _ => latest);
        if (answer is WitnessAnswer.Cosign cosign) latest = cosign.Latest;
        return answer;
    }

    static void Refused(int status, Check check, WitnessAnswer answer, long? size = null)
    {
        var refuse = Assert.IsType<WitnessAnswer.Refuse>(answer);
        Assert.Equal((status, check, size), (refuse.Status, Assert.IsType<Verdict.Rejected>(refuse.Why).Reason.Check, refuse.LatestSize));
    }

    [Fact]
    public void A_log_that_only_grows_is_cosigned_at_every_step()
    {
        int old = 0;
        foreach (int size in (int[])[1, 2, 2, 7, 64, 65, 100])
        {
            Assert.Equal(At(size), Assert.IsType<WitnessAnswer.Cosign>(Ask(Request(old, At(size)))).Latest);
            old = size;
        }
    }

    [Fact]
    public void A_request_that_starts_elsewhere_is_told_where_the_witness_is()
    {
        Ask(Request(0, At(10)));
        Refused(409, LogChecks.WitnessOldSize, Ask(Request(0, At(20))), 10);
        Refused(409, LogChecks.WitnessOldSize, Ask(Request(9, At(20))), 10);
        Refused(409, LogChecks.WitnessOldSize, Ask(Request(5, At(7))), 10); // going back
        Refused(400, LogChecks.WitnessOldSize, Ask(Request(0, At(7)) with { OldSize = 10 }));
    }

    [Fact]
    public void Two_trees_of_one_log_are_never_both_cosigned()
    {
        Ask(Request(0, At(10)));
        var fork = new Checkpoint("example.com/log", 10, Sha256.Hash([1]));
        Refused(422, LogChecks.WitnessRoot, Ask(Request(10, At(10)) with { Note = SignedCheckpoint.Sign(fork, log).Note }));
        leaves[4] = Sha256.Hash([2]); // another history
        Refused(422, CoreChecks.MerkleOldRoot, Ask(Request(10, At(20))));
        Assert.Equal(10, latest!.Size);
    }

    [Fact]
    public void Proofs_that_prove_nothing_are_refused()
    {
        Refused(422, CoreChecks.MerklePathLength, Ask(Request(0, At(10)) with { Path = [leaves[0]] }));
        Ask(Request(0, At(10)));
        Refused(422, CoreChecks.MerklePathLength, Ask(Request(10, At(20)) with { Path = [] }));
        Refused(422, CoreChecks.MerklePathLength, Ask(Request(10, At(10)) with { Path = [leaves[0]] })); // of one size nothing is to be proven
        Refused(409, LogChecks.WitnessOldSize, Ask(Request(0, At(0))), 10); // back to nothing
    }

    [Fact]
    public void Strangers_logs_and_strangers_signatures_are_refused()
    {
        using var other = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var stranger = new NoteSigner("example.com/stranger", other);
        var theirs = new Checkpoint("example.com/stranger", 1, leaves[0]);
        Refused(404, LogChecks.CheckpointOrigin, Ask(new AddCheckpoint(0, [], SignedCheckpoint.Sign(theirs, stranger).Note)));
        var impostor = new NoteSigner("example.com/log", other);
        Refused(403, LogChecks.NoteSigners, Ask(new AddCheckpoint(0, [], SignedCheckpoint.Sign(At(1), impostor).Note)));
        var forged = new SignedNote(At(1).Text, [log.Sign(At(2).Text)]).ToBytes();
        Refused(403, LogChecks.NoteSignature, Ask(new AddCheckpoint(0, [], forged)));
    }

    [Fact]
    public void Signatures_by_others_beside_the_logs_are_ignored()
    {
        var note = new SignedNote(At(3).Text, [new NoteSignature("example.com/log", 7, new byte[64]), log.Sign(At(3).Text)]).ToBytes();
        Assert.IsType<WitnessAnswer.Cosign>(Ask(new AddCheckpoint(0, [], note)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n")]
    [InlineData("old 00\n\n")]
    [InlineData("old -1\n\n")]
    [InlineData("new 0\n\n")]
    [InlineData("old 0\nAAAA\n\n")]
    [InlineData("old 0\r\n\r\n")]
    [InlineData("old  0\n\n")]
    [InlineData("old 0 \n\n")]
    [InlineData("old 9223372036854775808\n\n")]
    public void A_malformed_request_is_refused(string body) => Refused(400, LogChecks.WitnessRequest, Ask(System.Text.Encoding.ASCII.GetBytes(body)));

    [Fact]
    public void A_proof_has_at_most_sixty_three_lines() =>
        Refused(400, LogChecks.WitnessRequest, Ask(Request(0, At(10)) with { Path = [.. Enumerable.Repeat(leaves[0], 64)] }));

    [Fact]
    public void A_tree_that_is_empty_is_cosigned_and_grown_from()
    {
        Assert.IsType<WitnessAnswer.Cosign>(Ask(Request(0, At(0))));
        Assert.IsType<WitnessAnswer.Cosign>(Ask(Request(0, At(0))));
        Assert.IsType<WitnessAnswer.Cosign>(Ask(Request(0, At(10))));
    }

    [Fact]
    public void No_body_throws_and_what_is_read_is_written_again()
    {
        Ask(Request(0, At(10)));
        var body = Request(10, At(20)).ToBytes();
        Gen.Select(Gen.Int[0, body.Length - 1], Gen.Int[0, 50], Gen.Byte.Array[0, 50]).Sample((at, cut, put) =>
        {
            byte[] mutated = [.. body[..at], .. put, .. body[Math.Min(body.Length, at + cut)..]];
            if (AddCheckpoint.Parse(mutated, out var request).IsAccepted) Assert.Equal(mutated, request!.ToBytes());
            Witness.Consider(mutated, _ => [log.Key], _ => At(10));
        });
    }
}
