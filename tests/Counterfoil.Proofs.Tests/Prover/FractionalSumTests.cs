using Counterfoil.Prover;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>A fractional sum is proven the same way whether its layers are held or written again whenever they are needed.</summary>
public sealed class FractionalSumTests
{
    static (Goldilocks2[] Numerators, Goldilocks2[] Denominators) Fractions(int depth, int seed)
    {
        var random = new Random(seed);
        Goldilocks2[] numerators = new Goldilocks2[1 << depth], denominators = new Goldilocks2[1 << depth];
        for (int i = 0; i < numerators.Length; i++)
            (numerators[i], denominators[i]) = (Element(random), Element(random));
        // The last one makes the sum zero.
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < numerators.Length - 1; i++) sum += numerators[i] * Goldilocks2.Inverse(denominators[i]);
        numerators[^1] = -sum * denominators[^1];
        return (numerators, denominators);
    }

    static Goldilocks2 Element(Random random) => new(Goldilocks.FromInteger(random.NextInt64(long.MaxValue)), Goldilocks.FromInteger(random.NextInt64(long.MaxValue)));

    static (byte[] Proof, Goldilocks2[] Point) Prove(Goldilocks2[] numerators, Goldilocks2[] denominators, int depth, int held)
    {
        var channel = new ProverChannel(new KeccakTranscript());
        var point = FractionalSumProver.Prove(channel, new WrittenLeaves(numerators, denominators), depth, held);
        return (channel.ToArray(), point);
    }

    [Fact]
    public void The_messages_are_the_same_however_many_layers_are_held() => Gen.Select(Gen.Int[1, 11], Gen.Int[2, 11], Gen.Int).Sample(
        (depth, held, seed) =>
        {
            var (numerators, denominators) = Fractions(depth, seed);
            var (expected, expectedPoint) = Prove(numerators, denominators, depth, depth);
            var (proof, point) = Prove(numerators, denominators, depth, held);
            Assert.Equal(expectedPoint, point);
            Assert.Equal(expected, proof);
        },
        iter: 60);

    [Theory]
    [InlineData(14, 11)]
    [InlineData(16, 12)]
    [InlineData(13, 13)]
    public void Two_threads_and_pieces_make_no_difference(int depth, int held)
    {
        var (numerators, denominators) = Fractions(depth, depth);
        var (proof, point) = Prove(numerators, denominators, depth, held);
        var channel = new VerifierChannel(proof, new KeccakTranscript());
        var leaf = FractionalSum.Verify(channel, depth);
        Assert.Null(channel.Rejection);
        Assert.Equal(point, leaf.Point);
        var weights = Multilinear.Equality<Goldilocks2>(point);
        Assert.Equal(Multilinear.InnerProduct<Goldilocks2>(numerators, weights), leaf.Numerator.Constant);
        Assert.Equal(Multilinear.InnerProduct<Goldilocks2>(denominators, weights), leaf.Denominator.Constant);
    }
}
