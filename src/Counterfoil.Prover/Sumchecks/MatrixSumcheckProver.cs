using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>
/// The prover's side of the matrix sum-check: per block a product of two vectors, first over the block's rows (A and the accumulators
/// without bias), then, once the rows are bound, over its columns (the weights folded over rows, and the value read).
/// </summary>
static class MatrixSumcheckProver
{
    /// <summary>One block's sum.</summary>
    /// <param name="Block">Where it lies.</param>
    /// <param name="Left">A of the block's rows.</param>
    /// <param name="Right">Per row, Σ W·x (or the bias).</param>
    /// <param name="Read">x, of which the biases have none.</param>
    /// <param name="Fold">Writes Σ over rows of weight·row of W; biases have none.</param>
    public sealed record Term(
        WeightLayout.Block Block, Goldilocks2[] Left, Goldilocks2[] Right, Goldilocks2[]? Read, Action<Goldilocks2[], Goldilocks2[]>? Fold);

    /// <summary>Runs all rounds; returns the point, and each block's W (or the biases) there.</summary>
    public static (Goldilocks2[] Point, Goldilocks2[] Weights) Prove(ProverChannel channel, int variables, IEnumerable<Term> terms)
    {
        var states = terms.Select(t => new State(t)).ToArray();
        var point = new Goldilocks2[variables];
        for (int k = variables - 1; k >= 0; k--)
        {
            Goldilocks2 constant = default, lead = default;
            foreach (var state in states) state.Round(k, point, ref constant, ref lead);
            channel.SendClaims(Labels.MatrixRound, [constant, lead]);
            point[k] = channel.Transcript.Challenge();
            foreach (var state in states) state.Bind(point[k], k);
        }
        return (point, [.. states.Select(s => s.Weight(point))]);
    }

    sealed class State(Term term)
    {
        Goldilocks2[] left = term.Left, right = term.Right;
        Goldilocks2 factor = Goldilocks2.One;
        int variables = Multilinear.VariablesFor(term.Block.Height);
        bool overColumns;

        public void Round(int k, Goldilocks2[] point, ref Goldilocks2 constant, ref Goldilocks2 lead)
        {
            if (!overColumns && k < term.Block.ColumnVariables) StartColumns(point);
            if (Index(k) >= variables)
            {
                // Beyond the block's rows everything is zero: (1 − X) times each vector.
                var sum = factor * Multilinear.InnerProduct<Goldilocks2>(left.AsSpan(0, 1 << variables), right.AsSpan(0, 1 << variables));
                constant += sum;
                lead += sum;
                return;
            }
            int half = 1 << Index(k);
            Goldilocks2 at0 = default, slope = default;
            for (int x = 0; x < half; x++)
            {
                at0 += left[x] * right[x];
                slope += (left[half + x] - left[x]) * (right[half + x] - right[x]);
            }
            constant += factor * at0;
            lead += factor * slope;
        }

        public void Bind(Goldilocks2 r, int k)
        {
            if (Index(k) >= variables)
            {
                var rest = Goldilocks2.One - r;
                factor *= rest * rest;
                return;
            }
            Folding.Bind(left.AsSpan(0, 2 << Index(k)), r);
            Folding.Bind(right.AsSpan(0, 2 << Index(k)), r);
            variables = Index(k);
        }

        /// <summary>The block's matrix at the point where all is bound.</summary>
        public Goldilocks2 Weight(Goldilocks2[] point)
        {
            if (term.Fold is not null)
            {
                if (!overColumns) StartColumns(point);
                return left[0];
            }
            var weight = right[0];
            for (int k = Multilinear.VariablesFor(term.Block.Height); k < point.Length; k++) weight *= Goldilocks2.One - point[k];
            return weight;
        }

        int Index(int k) => overColumns ? k : k - term.Block.ColumnVariables;

        // Rows are bound: A's value is a factor from now on, and the rows' sum is a sum over columns.
        void StartColumns(Goldilocks2[] point)
        {
            int columns = term.Block.ColumnVariables;
            var rows = Multilinear.EqualityPrefix<Goldilocks2>(point.AsSpan(columns), term.Block.Height);
            var outside = Goldilocks2.One;
            for (int k = columns + Multilinear.VariablesFor(term.Block.Height); k < point.Length; k++) outside *= Goldilocks2.One - point[k];
            factor = left[0] * outside;
            overColumns = true;
            variables = columns;
            left = new Goldilocks2[1 << columns];
            right = new Goldilocks2[1 << columns];
            term.Fold!(rows[..term.Block.Height], left);
            term.Read!.CopyTo(right, 0);
        }
    }
}
