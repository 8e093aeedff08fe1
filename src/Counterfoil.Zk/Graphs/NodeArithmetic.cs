using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// What is public about the integers of one <see cref="Gemm"/>: where its neurons lie among all neurons, and of how many bits each number is.
/// </summary>
/// <remarks>
/// <para>The relation proven for each neuron is <c>acc·M + 2^(s−1) = 2^s·(y + σ·w) + r</c> in F_p, with 0 ≤ r &lt; 2^s, 0 ≤ w &lt;
/// 2^<see cref="OverflowBits"/>, and (y, σ) one of: (y, 0) with y in [lo, 127], (127, 1), (lo, −1); lo is 0 with ReLU, else −127.</para>
/// <para>It determines y. <b>Over the integers</b>: with q = y + σ·w, r and q are remainder and quotient of the left side by 2^s, hence
/// unique. σ = 0 gives y = q in [lo, 127]; σ = 1 gives y = 127 and q = 127 + w ≥ 127; σ = −1 gives y = lo and q = lo − w ≤ lo. In all three
/// y is q clamped to [lo, 127]. <b>Modulo p</b>: |acc| ≤ <see cref="AccumulatorBound"/> = K·127·127 + 2^(biasBits − 1) because weights,
/// biases (registration) and the values read (statement or table) are proven to be in range, so the left side is below 2^62 in
/// magnitude, and the right side below 2^s·(128 + 2^<see cref="OverflowBits"/>) + 2^s; <see cref="Derive"/> refuses a node unless each is
/// below 2^63 and their sum is below p: equal residues are then equal integers. <b>Complete</b>: |q| ≤ (|left side| &gt;&gt; s) + 1 &lt;
/// 2^<see cref="OverflowBits"/>, so an honest w always fits.</para>
/// </remarks>
/// <param name="Node">The operator.</param>
/// <param name="Index">Its number in the graph.</param>
/// <param name="Offset">The number of its first neuron.</param>
/// <param name="BiasBits">Every bias b has −2^(bits−1) ≤ b &lt; 2^(bits−1), as registration proves; 1 to 31.</param>
/// <param name="OverflowBits">Bits of w.</param>
sealed record NodeArithmetic(Gemm Node, int Index, int Offset, int BiasBits, int OverflowBits)
{
    /// <summary>Bits of r: s.</summary>
    public int RemainderBits => Node.Requantisation.Shift;

    /// <summary>The largest |acc| that weights, biases and values in range can make.</summary>
    public long AccumulatorBound => BoundOf(Node, BiasBits);

    /// <summary>Variables of a row of W, and of the value read.</summary>
    public int ColumnVariables => Polynomials.Multilinear.VariablesFor(Node.InputLength);

    /// <summary>The neuron numbers of this node.</summary>
    public (int Start, int End) Neurons => (Offset, Offset + Node.OutputLength);

    /// <summary>Derives the bit widths, or says why modular and integer equality could differ.</summary>
    public static Verdict Derive(Gemm node, int index, int offset, int biasBits, out NodeArithmetic? arithmetic)
    {
        arithmetic = null;
        long bound = BoundOf(node, biasBits);
        if (bound >= 1L << 31)
            return Verdict.Reject(ZkChecks.ModelRange, $"node {index}: K·127·127 + |bias| below 2^31", $"{bound}");
        uint largest = 0;
        foreach (uint m in node.Requantisation.Multipliers) largest = Math.Max(largest, m);
        int s = node.Requantisation.Shift;
        UInt128 left = (UInt128)bound * largest + (UInt128.One << (s - 1));
        int overflowBits = 128 - (int)UInt128.LeadingZeroCount((left >> s) + 1);
        UInt128 right = (UInt128.One << s) * (129 + (UInt128.One << overflowBits));
        if (left >= UInt128.One << 62 || right >= UInt128.One << 63 || left + right >= Fields.Goldilocks.Modulus)
            return Verdict.Reject(ZkChecks.ModelRange, $"node {index}: both sides of acc·M + 2^(s−1) = 2^s·q + r below 2^63", $"{left}, {right}");
        arithmetic = new NodeArithmetic(node, index, offset, biasBits, overflowBits);
        return Verdict.Accept;
    }

    static long BoundOf(Gemm node, int biasBits) => (long)node.InputLength * (127 * 127) + (1L << (biasBits - 1));
}
