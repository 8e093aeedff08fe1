using System.Text;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Witnesses;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

/// <summary>C2SP tlog-policy: when a checkpoint counts.</summary>
public sealed class TrustPolicyTests
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    static readonly NoteSigner Log = new("example.com/log", Seed(1));
    static readonly NoteSigner[] Witnesses = [.. Enumerable.Range(0, 4).Select(i => new NoteSigner($"witness.example/{i}", Seed(10 + i), NoteSignatureType.Cosignature))];
    static readonly SignedCheckpoint Checkpoint = SignedCheckpoint.Sign(new Checkpoint("example.com/log", 1, MerkleTree.LeafHash([1])), Log);

    static Signer Seed(int b) => Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)b, 32).ToArray());

    static string File(string rest) => $"# a policy\n\nlog {Log.Key} https://log.example/\n" + string.Concat(Witnesses.Select((w, i) => $" witness\tW{i} {w.Key} https://w{i}.example\n")) + rest;

    static TrustPolicy Policy(string rest)
    {
        Assert.Equal(Verdict.Accept, TrustPolicy.Parse(Encoding.UTF8.GetBytes(File(rest)), out var policy));
        return policy!;
    }

    static byte[] Cosigned(params int[] by)
    {
        var note = Checkpoint;
        foreach (int i in by) note = note.With(Witnesses[i].Cosign(Checkpoint.Checkpoint.Text, Now));
        return note.Note.ToArray();
    }

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    [Fact]
    public void A_quorum_is_a_witness_a_group_or_groups_of_groups()
    {
        Assert.True(Policy("quorum none\n").Verify(Cosigned(), Now, out _).IsAccepted);
        Assert.True(Policy("quorum W2\n").Verify(Cosigned(2), Now, out _).IsAccepted);
        Refused(LogChecks.PolicyQuorum, Policy("quorum W2\n").Verify(Cosigned(0, 1, 3), Now, out _));
        var two = Policy("group G 2 W0 W1 W2\nquorum G\n");
        Refused(LogChecks.PolicyQuorum, two.Verify(Cosigned(1), Now, out _));
        Refused(LogChecks.PolicyQuorum, two.Verify(Cosigned(1, 3), Now, out _));
        Assert.True(two.Verify(Cosigned(1, 2), Now, out _).IsAccepted);
        var nested = Policy("group A any W0 W1\ngroup B all W2 W3\ngroup Both all A B\nquorum Both\n");
        Assert.True(nested.Verify(Cosigned(0, 2, 3), Now, out _).IsAccepted);
        Refused(LogChecks.PolicyQuorum, nested.Verify(Cosigned(0, 1, 2), Now, out _));
    }

    [Fact]
    public void A_log_that_changes_its_key_counts_by_either_and_by_no_line_that_fails()
    {
        NoteSigner old = new("example.com/log", Seed(1)), next = new("example.com/log", Seed(77));
        Assert.Equal(Verdict.Accept, TrustPolicy.Parse(Encoding.UTF8.GetBytes($"log {old.Key}\nlog {next.Key}\nquorum none\n"), out var policy));
        string text = Checkpoint.Checkpoint.Text;
        NoteSignature first = old.Sign(text), second = next.Sign(text);
        Verdict Of(params NoteSignature[] lines) => policy!.Verify(new SignedNote(text, [.. lines]).ToBytes(), Now, out _);
        Assert.Equal(Verdict.Accept, Of(first));
        Assert.Equal(Verdict.Accept, Of(second));
        Assert.Equal(Verdict.Accept, Of(second, first));
        Refused(LogChecks.NoteSignature, Of(first, second with { Bytes = first.Bytes }));
        Refused(LogChecks.NoteSignature, Of(first with { Bytes = second.Bytes }, second));
        Refused(LogChecks.NoteSigners, Of(new NoteSigner("example.com/log", Seed(78)).Sign(text)));
    }

    [Fact]
    public void One_witness_counts_once_however_often_it_signs()
    {
        var two = Policy("group G 2 W0 W1 W2\nquorum G\n");
        Refused(LogChecks.PolicyQuorum, two.Verify(Cosigned(1, 1, 1), Now, out _));
    }

    [Fact]
    public void Cosignatures_that_do_not_hold_refuse_the_checkpoint()
    {
        var policy = Policy("quorum W0\n");
        var other = new Checkpoint("example.com/log", 1, MerkleTree.LeafHash([2]));
        // A witness's signature over another root.
        Refused(LogChecks.NoteSignature, policy.Verify(Checkpoint.With(Witnesses[0].Cosign(other.Text, Now)).Note.Span, Now, out _));
        // The log's own, not its key's.
        Refused(LogChecks.NoteSigners, policy.Verify(SignedCheckpoint.Sign(Checkpoint.Checkpoint, new NoteSigner("example.com/log", Seed(2))).Note.Span, Now, out _));
        // Another log's.
        Refused(LogChecks.PolicyLog, policy.Verify(SignedCheckpoint.Sign(new("example.com/other", 0, MerkleTree.EmptyRoot), new NoteSigner("example.com/other", Seed(2))).Note.Span, Now, out _));
        // Of tomorrow.
        Refused(LogChecks.PolicyTime, policy.Verify(Cosigned(0), Now.AddSeconds(-1), out _));
        // A stranger's line is no one's business.
        var stranger = new NoteSigner("stranger.example", Seed(77), NoteSignatureType.Cosignature);
        Assert.True(policy.Verify(Checkpoint.With(stranger.Cosign(other.Text, Now)).With(Witnesses[0].Cosign(Checkpoint.Checkpoint.Text, Now)).Note.Span, Now, out _).IsAccepted);
    }

    public static TheoryData<string> Malformed => new()
    {
        "", "quorum\n", "quorum nobody\n", "quorum none\nquorum none\n", "quorum none", "group G 0 W0\nquorum G\n", "group G 3 W0 W1\nquorum G\n", "group G 01 W0\nquorum G\n",
        "group G some W0\nquorum G\n", "group G any\nquorum G\n", "group G any none\nquorum G\n", "group G any H\ngroup H any W0\nquorum G\n", "group G any W0\ngroup H any W0\nquorum H\n",
        "group G any W0 W0\nquorum G\n", "group W0 any W1\nquorum W0\n", "group none any W1\nquorum none\n", "group G any G\nquorum G\n", "quorum none extra\n", "more\nquorum none\n", "quorum none\r\n",
        $"log {Witnesses[0].Key}\nquorum none\n", $"witness X {Log.Key}\nquorum none\n", $"log {Log.Key}\nquorum none\n", $"witness X {Witnesses[0].Key}\nquorum none\n",
        $"log {new NoteSigner("another.example/name", Seed(1)).Key}\nquorum none\n", "log example.com+00000000+AAAA\nquorum none\n", "quorum none\nlog\n",
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_policy_is_refused(string rest) => Refused(LogChecks.PolicyForm, TrustPolicy.Parse(Encoding.UTF8.GetBytes(File(rest)), out _));

    [Fact]
    public void No_file_throws() =>
        Gen.Select(Gen.Int[0, 600], Gen.Int[0, 50], Gen.Byte.Array[0, 50]).Sample((at, cut, put) =>
        {
            byte[] file = Encoding.UTF8.GetBytes(File("group G 2 W0 W1 W2\nquorum G\n"));
            at = Math.Min(at, file.Length);
            TrustPolicy.Parse([.. file[..at], .. put, .. file[Math.Min(file.Length, at + cut)..]], out _);
        });
}
