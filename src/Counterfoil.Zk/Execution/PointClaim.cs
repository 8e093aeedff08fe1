using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>A claim on one committed matrix: Σ over rows of the row's weight, over cells of eq(point, cell), times the cell.</summary>
/// <param name="Rows">The weight of every row.</param>
/// <param name="Point">A point over the cells of a row.</param>
readonly record struct PointClaim(Goldilocks2[] Rows, Goldilocks2[] Point)
{
    /// <summary>What is claimed of every matrix of a proof, in the order in which they are opened.</summary>
    /// <param name="plan">The proof's sizes.</param>
    /// <param name="challenges">Where hidden input and output are claimed.</param>
    /// <param name="cell">Where the columns are claimed.</param>
    /// <param name="delta">How they are combined.</param>
    /// <param name="psi">One for each block of weights, one for each hidden tensor.</param>
    /// <param name="weights">Where the weights are claimed.</param>
    public static PointClaim[] Of(ExecutionPlan plan, RelationChallenges challenges, Goldilocks2[] cell, Goldilocks2[] delta, ReadOnlySpan<Goldilocks2> psi, Goldilocks2[] weights)
    {
        int k = plan.Code.LogRowLength, next = plan.Model.Hidden.Weights.Blocks.Length;
        var claims = new List<PointClaim> { new(WeightClaims.MatrixRows(plan.Model.Hidden.Weights, psi, weights), weights[..k]) };
        if (plan.Input is not null) claims.Add(OfTensor(plan.Input, challenges.Input, psi[next++]));
        if (plan.Output is not null) claims.Add(OfTensor(plan.Output, challenges.Output, psi[next]));
        claims.Add(new(plan.Witness.RowWeights(cell, delta), plan.Witness.RowPoint(cell, delta)));
        return [.. claims];
    }

    /// <summary>A hidden tensor at a point, times a weight.</summary>
    public static PointClaim OfTensor(TensorCommitment tensor, Goldilocks2[] point, Goldilocks2 weight)
    {
        int k = tensor.Code.LogRowLength;
        var rows = Multilinear.EqualityPrefix<Goldilocks2>(point.AsSpan(k), tensor.Rows)[..tensor.Rows];
        foreach (ref var row in rows.AsSpan()) row *= weight;
        return new(rows, point[..k]);
    }

    /// <summary>All of them as one, once the merge has ended at a point.</summary>
    public static LinearClaim Merged(PointClaim[] claims, Goldilocks2[] cells, Claim value)
    {
        foreach (var (rows, point) in claims)
        {
            var scale = Multilinear.Equality<Goldilocks2>(point, cells);
            foreach (ref var row in rows.AsSpan()) row *= scale;
        }
        return new LinearClaim([.. claims.Select(c => c.Rows)], cells, value);
    }
}
