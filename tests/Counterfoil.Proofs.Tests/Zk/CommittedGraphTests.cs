using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Security;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Zk;

public sealed class CommittedGraphTests
{
    static readonly CommittedGraph Model = Forging.Registered.Model;

    [Fact]
    public void A_model_is_what_it_was_before_encoding()
    {
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(Model.Encode(), out var decoded));
        Assert.Equal((Model.Id, Model.GraphDigest, Model.WeightRoot), (decoded!.Id, decoded.GraphDigest, decoded.WeightRoot));
        Assert.Equal(Model.Encode(), decoded.Encode());
        Assert.False(decoded.Parameters.WeightsHidden);
    }

    [Fact]
    public void A_model_with_hidden_weights_says_so()
    {
        var hidden = Hiding.Hidden.Model;
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(hidden.Encode(), out var decoded));
        Assert.Equal((hidden.Id, hidden.Parameters), (decoded!.Id, decoded.Parameters));
        Assert.True(decoded.Parameters.WeightsHidden);
        Assert.NotEqual(Model.Id, hidden.Id);
        Assert.Equal(Model.GraphDigest, hidden.GraphDigest);
    }

    [Fact]
    public void Every_changed_byte_is_another_model_or_none()
    {
        foreach (var model in new[] { Model, Hiding.Hidden.Model }) EveryChangedByte(model);
    }

    static void EveryChangedByte(CommittedGraph original)
    {
        var bytes = original.Encode();
        for (int i = 0; i < bytes.Length; i++)
            for (int bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= (byte)(1 << bit);
                if (CommittedGraph.Decode(changed, out var other).IsAccepted) Assert.NotEqual(original.Id, other!.Id);
                else Assert.Null(other);
            }
    }

    [Fact]
    public void Truncated_and_extended_bytes_are_refused()
    {
        var bytes = Model.Encode();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(ZkChecks.ModelEncoding, Forging.CheckOf(CommittedGraph.Decode(bytes.AsMemory(0, length), out _)));
        Assert.Equal(ZkChecks.ModelEncoding, Forging.CheckOf(CommittedGraph.Decode((byte[])[.. bytes, 0], out _)));
    }

    [Fact]
    public void Random_and_mutated_bytes_give_a_verdict_and_no_exception() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[0, 10_000], Gen.Bool).Sample((noise, at, splice) =>
        {
            var bytes = splice ? Model.Encode() : noise;
            if (splice) noise.AsSpan(0, Math.Min(noise.Length, 8)).CopyTo(bytes.AsSpan(at % (bytes.Length - 8)));
            var verdict = CommittedGraph.Decode(bytes, out var model);
            Assert.Equal(verdict.IsAccepted, model is not null);
        });

    [Fact]
    public void Every_round_has_100_bits_and_so_has_their_sum()
    {
        foreach (var model in new[] { Model, RandomModels.Register(5, 784, 128, 10).Model, RandomModels.Register(1, 1, 1).Model })
        {
            var ledger = model.Ledger;
            Assert.All(ledger.Terms, t => Assert.True(t.Bits >= SecurityLedger.LeastBits, $"{t.Round}: {t.Bits}"));
            Assert.Equal(ledger.Terms.Min(t => t.Bits), ledger.SecurityBits);
            Assert.InRange(ledger.SumBits, 100, ledger.SecurityBits);
            Assert.All(["lookup", "weight sum-check", "cell sum-check", "proximity", "queries", "output", "batching", "biases"], name => Assert.Contains(ledger.Terms, t => t.Round.Contains(name, StringComparison.Ordinal)));
        }
    }
}
