using Counterfoil.Zk.Claims;
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
    public static Goldilocks2[] Verify(VerifierChannel channel, ReadOnlySpan<byte> label, int variables, int degree, ref Claim claim)
    {
        var point = new Goldilocks2[variables];
        var terms = new Claim[degree + 1];
        for (int k = variables - 1; k >= 0; k--)
        {
            channel.ReceiveClaims(label, degree).CopyTo(terms, 0);
            terms[degree] = claim;
            var x = point[k] = channel.Challenge();
            claim = Claim.InnerProduct(terms, Weights(degree, x));
        }
        return point;
    }

    /// <summary>What the coefficients c₀, c₂, …, c_d and the claim count for in the round's polynomial at <paramref name="x"/>.</summary>
    /// <remarks>c₀ + c₁x + Σ cᵢxⁱ with c₁ = claim − 2c₀ − Σ cᵢ is claim·x + c₀·(1 − 2x) + Σ cᵢ·(xⁱ − x).</remarks>
    public static Goldilocks2[] Weights(int degree, Goldilocks2 x)
    {
        var weights = new Goldilocks2[degree + 1];
        weights[0] = Goldilocks2.One - x - x;
        var power = x;
        for (int i = 1; i < degree; i++)
        {
            power *= x;
            weights[i] = power - x;
        }
        weights[degree] = x;
        return weights;
    }
}
