using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Inference;

/// <summary>
/// All that is claimed of the witness columns, as one sum over neurons: the requantisation of every neuron, the two claims that the lookups
/// left, the values that the matrix products read, and the output.
/// </summary>
/// <remarks>
/// Σ over x of Scaled(x)·(y + σ·w)(x) + Plain(x)·r(x) + Equality(x)·Σ LookupWeights·columns(x) + Read(x)·y(x) = <see cref="Claim"/>, where
/// Scaled is eq(τ, x)·2^s and Plain is eq(τ, x), both on real neurons alone. Degree 3, because of Scaled·σ·w.
/// </remarks>
sealed class NeuronRelation
{
    public NeuronRelation(InferenceLayout layout, ReadOnlySpan<Goldilocks2> tau, Claim accumulators, LookupClaims lookups)
    {
        this.layout = layout;
        var space = layout.Space;
        Plain = Multilinear.Equality(tau);
        Scaled = new Goldilocks2[space.Size];
        Read = new Goldilocks2[space.Size];
        Lookups = lookups;
        LookupWeights = new Goldilocks2[layout.Columns];
        Claim = accumulators;
        Plain.AsSpan(space.Count).Clear();
        foreach (var node in space.Nodes)
        {
            var half = Goldilocks.FromUInt64(1UL << (node.RemainderBits - 1));
            for (int x = node.Neurons.Start; x < node.Neurons.End; x++)
            {
                var rounding = Plain[x] * half;
                Claim += rounding;
                Scaled[x] = rounding + rounding;
            }
        }
    }

    readonly InferenceLayout layout;

    public Goldilocks2[] Scaled { get; }

    public Goldilocks2[] Plain { get; }

    public Goldilocks2[] Read { get; }

    public LookupClaims Lookups { get; }

    public Goldilocks2[] LookupWeights { get; }

    /// <summary>What the sum must be.</summary>
    public Claim Claim { get; private set; }

    /// <summary>Adds the claims of the lookups, the values read and the output, each times a challenge of its own.</summary>
    /// <param name="challenges">Two for the lookups, one for the output, one per node.</param>
    /// <param name="point">Where the matrix sum-check ended.</param>
    /// <param name="read">The value each node read, there; those that read the input say nothing of the columns.</param>
    /// <param name="outputPoint">A random point of the output.</param>
    /// <param name="output">The output there.</param>
    public void Batch(
        ReadOnlySpan<Goldilocks2> challenges, ReadOnlySpan<Goldilocks2> point, ReadOnlySpan<Claim> read, ReadOnlySpan<Goldilocks2> outputPoint, Claim output)
    {
        for (int c = 0; c < LookupWeights.Length; c++)
            LookupWeights[c] = challenges[0] * Lookups.NumeratorWeights[c] + challenges[1] * Lookups.DenominatorWeights[c];
        Claim += Lookups.Numerator * challenges[0] + Lookups.Denominator * challenges[1];
        AddRead(layout.Space.Last.Neurons, outputPoint, challenges[2], output);
        foreach (var node in layout.Space.Nodes)
            if (node.Node.Input > 0)
                AddRead(layout.Space.Value(node.Node.Input), point[..node.ColumnVariables], challenges[3 + node.Index], read[node.Index]);
    }

    /// <summary>Challenges that <see cref="Batch"/> takes.</summary>
    public static int BatchedClaims(NeuronSpace space) => 3 + space.Nodes.Length;

    /// <summary>
    /// The summand at the point whose eq is <paramref name="equality"/>, given the columns there: <c>scale·side·overflow + rest</c>, rest returned.
    /// </summary>
    public Claim At(ReadOnlySpan<Goldilocks2> equality, ReadOnlySpan<Claim> columns, out Goldilocks2 scale, out Claim side, out Claim overflow)
    {
        var y = columns[InferenceLayout.Value];
        scale = Multilinear.InnerProduct(Scaled, equality);
        side = columns[InferenceLayout.Side];
        overflow = Limbs(columns.Slice(InferenceLayout.FirstLimb, layout.OverflowLimbs));
        return y * (scale + Multilinear.InnerProduct(Read, equality))
            + Limbs(columns.Slice(layout.FirstRemainder, layout.RemainderLimbs)) * Multilinear.InnerProduct(Plain, equality)
            + Zk.Claims.Claim.InnerProduct(columns, LookupWeights) * Multilinear.InnerProduct(Lookups.Equality, equality);
    }

    // Σ 256^k·limb k.
    static Claim Limbs(ReadOnlySpan<Claim> limbs)
    {
        var powers = new Goldilocks2[limbs.Length];
        for (int k = 0; k < powers.Length; k++) powers[k] = Goldilocks.FromUInt64(1UL << (8 * k));
        return Zk.Claims.Claim.InnerProduct(limbs, powers);
    }

    void AddRead((int Start, int End) neurons, ReadOnlySpan<Goldilocks2> point, Goldilocks2 challenge, Claim value)
    {
        var equality = Multilinear.Equality(point);
        for (int x = neurons.Start; x < neurons.End; x++) Read[x] += challenge * equality[x - neurons.Start];
        Claim += value * challenge;
    }
}
