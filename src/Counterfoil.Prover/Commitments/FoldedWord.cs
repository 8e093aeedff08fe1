using System.Buffers;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>A vector of the extension, encoded for one round of <see cref="FoldedOpening"/>: run j of its codeword is column j of a matrix, two rows a symbol.</summary>
sealed class FoldedWord : IDisposable
{
    readonly Goldilocks[] symbols;
    readonly MerkleTree tree;
    readonly int rows, runs;

    public FoldedWord(ReadOnlyMemory<Goldilocks2> vector, FoldingRound round)
    {
        var code = round.Code(System.Numerics.BitOperations.Log2((uint)vector.Length));
        (rows, runs) = (2 << round.LogFold, code.Length);
        symbols = ArrayPool<Goldilocks>.Shared.Rent(rows * runs);
        Parallel.For(0, 2, coefficient => Encode(vector.Span, coefficient, rows / 2));
        tree = new MerkleTree(symbols, default, rows, code.LogLength, borrowed: true);
    }

    public Keccak256Digest Root => tree.Root;

    // The code is linear over the base field, so each coefficient is encoded alone.
    void Encode(ReadOnlySpan<Goldilocks2> vector, int coefficient, int run)
    {
        Goldilocks[] cells = ArrayPool<Goldilocks>.Shared.Rent(vector.Length), codeword = ArrayPool<Goldilocks>.Shared.Rent(run * runs);
        for (int i = 0; i < vector.Length; i++) cells[i] = coefficient == 0 ? vector[i].C0 : vector[i].C1;
        ReedSolomon.Encode(cells.AsSpan(0, vector.Length), codeword.AsSpan(0, run * runs));
        for (int j = 0; j < runs; j++)
            for (int s = 0; s < run; s++) symbols[(2 * s + coefficient) * runs + j] = codeword[j * run + s];
        ArrayPool<Goldilocks>.Shared.Return(cells);
        ArrayPool<Goldilocks>.Shared.Return(codeword);
    }

    /// <summary>Writes the runs at ascending <paramref name="positions"/> and the siblings of their paths.</summary>
    public void Write(ProverChannel channel, ReadOnlySpan<int> positions)
    {
        foreach (int position in positions)
            for (int r = 0; r < rows; r++) channel.WriteBound(symbols[r * runs + position]);
        tree.WriteSiblings(channel, positions.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<Goldilocks>.Shared.Return(symbols);
        tree.Return();
    }
}
