using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Polynomials;

/// <summary>
/// The verifier of a sum-check (Lund, Fortnow, Karloff, Nisan 1992): reduces "Σ over the hypercube of g is this" to "g at this point is that".
/// </summary>
/// <remarks>
/// Variables are bound from the highest bit down. A round sends the coefficients of its polynomial except the linear one: c₀, c₂, … c_d;
/// the claim gives the rest, c₁ = claim − 2c₀ − c₂ − … − c_d, so that no round can contradict its claim and no inverse is needed.
/// Error: degree / |F| a round.
/// </remarks>
static class Sumcheck
{
    /// <summary>Runs all rounds. Afterwards <paramref name="claim"/> is what g must be at the point returned (entry k for variable k).</summary>
    public static Goldilocks2[] Verify(VerifierChannel channel, ReadOnlySpan<byte> label, int variables, int degree, ref Goldilocks2 claim)
    {
        var point = new Goldilocks2[variables];
        Span<Goldilocks2> round = stackalloc Goldilocks2[degree];
        for (int k = variables - 1; k >= 0; k--)
        {
            channel.Receive(label, round);
            point[k] = channel.Challenge();
            claim = Evaluate(round, claim, point[k]);
        }
        return point;
    }

    /// <summary>The round polynomial, given without its linear coefficient, at <paramref name="x"/>.</summary>
    public static Goldilocks2 Evaluate(ReadOnlySpan<Goldilocks2> round, Goldilocks2 claim, Goldilocks2 x)
    {
        var linear = claim - round[0] - round[0];
        for (int i = 1; i < round.Length; i++) linear -= round[i];
        var y = Goldilocks2.Zero;
        for (int i = round.Length; --i >= 1;) y = y * x + round[i];
        return (y * x + linear) * x + round[0];
    }
}
