using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of the matrix sum-check: a sum over addresses, block by block.</summary>
static class MatrixSumcheckProver
{
    /// <summary>Runs all rounds, which uses the terms up; returns the point, and each block's cells there.</summary>
    public static (Goldilocks2[] Point, Goldilocks2[] Weights) Prove(ProverChannel channel, int variables, IReadOnlyList<IMatrixTerm> terms)
    {
        var point = new Goldilocks2[variables];
        for (int k = variables - 1; k >= 0; k--)
        {
            Goldilocks2 constant = default, lead = default;
            foreach (var term in terms) term.Round(k, point, ref constant, ref lead);
            channel.SendClaims(Labels.MatrixRound, [constant, lead]);
            point[k] = channel.Transcript.Challenge();
            foreach (var term in terms) term.Bind(point[k], k);
        }
        return (point, [.. terms.Select(t => t.Weight(point))]);
    }
}

/// <summary>One block's part of the matrix sum-check.</summary>
interface IMatrixTerm
{
    /// <summary>Adds what the round of variable <paramref name="k"/> sends of it; the point is known above.</summary>
    void Round(int k, Goldilocks2[] point, ref Goldilocks2 constant, ref Goldilocks2 lead);

    /// <summary>Binds the variable.</summary>
    void Bind(Goldilocks2 r, int k);

    /// <summary>The block's cells at the point where all is bound.</summary>
    Goldilocks2 Weight(Goldilocks2[] point);
}
