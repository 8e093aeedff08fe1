using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Claims;

/// <summary>
/// Verifies that the committed pads satisfy all <see cref="Constraints"/>, and learns nothing else of them: first the products become one more linear constraint,
/// then a random combination of all linear constraints is opened.
/// </summary>
/// <remarks>
/// <para><b>Products</b> (after Yang, Sarkar, Weng, Wang, eprint 2021/076, with committed pads in place of correlated randomness). Let h be the factors and m their
/// masks, B(h, h) + ℓ the sum of the quadratic constraints, each times a challenge of its own; ℓ is a claim. The prover sends, padded, a₀ = B(m, m) and a₁ = B(m, h) + B(h, m);
/// e is drawn; he sends w = m + e·h in the clear. Then B(w, w) + e²·ℓ = a₀ + e·a₁ if B(h, h) + ℓ = 0; else the difference is a polynomial in e of degree two that is not
/// zero, for all in it was fixed before e. w is uniform because m is, and used once.</para>
/// <para><b>Linear constraints</b>, each times a challenge of its own, are one linear form L in the cells of the row of pads, and a target T. The prover sends L of the
/// mask's row, ε is drawn, he sends mask + ε·pads: uniform, because the mask is. Its form must be L(mask) + ε·T. That it is a codeword's row the queries say.</para>
/// </remarks>
static class PadOpening
{
    /// <summary>The opened row of pads (empty if it is folded), what it was opened with, the form and what it must be: the queried columns still have to agree.</summary>
    public readonly record struct Opened(Goldilocks2[] Row, Goldilocks2 Epsilon, Goldilocks2[] Form, Goldilocks2 Value);

    /// <summary>Replaces the products by linear constraints.</summary>
    public static void VerifyProducts(VerifierChannel channel, Constraints constraints)
    {
        var eta = channel.Challenges(constraints.Quadratics.Count);
        var ends = channel.ReceiveClaims(Labels.ProductValues, 2);
        var e = channel.Challenge();
        var opened = channel.Receive(Labels.ProductFactors, constraints.Factors.Count);
        for (int f = 0; f < opened.Length; f++)
            constraints.Add(Claim.Pad(constraints.TakePad()) + constraints.Factors[f] * e - opened[f]);

        var square = e * e;
        var sum = ends[0] + ends[1] * e;
        for (int j = 0; j < eta.Length; j++)
        {
            var products = Goldilocks2.Zero;
            foreach (var (left, right, coefficient) in constraints.Quadratics[j].Products) products += coefficient * opened[left.Index] * opened[right.Index];
            sum -= (constraints.Quadratics[j].Rest * square + products) * eta[j];
        }
        constraints.Add(sum);
    }

    /// <summary>Opens the linear constraints. Where the row is not sent in the clear, that its form has the value is for <see cref="Commitments.FoldedOpening"/> to show.</summary>
    public static Opened VerifyLinear(VerifierChannel channel, PadLayout layout, Constraints constraints, bool inClear)
    {
        if (constraints.Pads != layout.Pads) throw new InvalidOperationException($"{layout.Pads} pads were planned, {constraints.Pads} are used");
        var (form, target) = Combine(layout, constraints, channel.Challenges(constraints.Linear.Count));
        var value = channel.ReceiveOne(Labels.PadValue);
        var epsilon = channel.Challenge();
        value += epsilon * target;
        if (!inClear) return new Opened([], epsilon, form, value);
        var row = channel.Receive(Labels.PadRow, layout.Cells);
        bool satisfied = Multilinear.InnerProduct<Goldilocks2>(row, form) == value;
        channel.Require(satisfied, ZkChecks.Pads, "pads under which every hidden message satisfies every relation", "others");
        return new Opened(row, epsilon, form, value);
    }

    /// <summary>The linear form in the cells of the row of pads, and what it must be.</summary>
    public static (Goldilocks2[] Form, Goldilocks2 Target) Combine(PadLayout layout, Constraints constraints, ReadOnlySpan<Goldilocks2> challenges)
    {
        var x = new Goldilocks2(Goldilocks.Zero, Goldilocks.One);
        var form = new Goldilocks2[2 * layout.Pads];
        var target = Goldilocks2.Zero;
        for (int i = 0; i < challenges.Length; i++)
        {
            target -= challenges[i] * constraints.Linear[i].Constant;
            foreach (var (pad, coefficient) in constraints.Linear[i].Terms) form[2 * pad] += challenges[i] * coefficient;
        }
        for (int pad = 0; pad < layout.Pads; pad++) form[2 * pad + 1] = form[2 * pad] * x;
        return (form, target);
    }
}
