using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Market.Challenges;

/// <summary>That a cell of a posted product is wrong: what <c>Challenges.refute</c> takes, and judges as this does.</summary>
/// <param name="Column">The wrong cell's column.</param>
/// <param name="Opening">The chunk that has it.</param>
public sealed record CellFraud(int Column, ChunkOpening Opening)
{
    /// <summary>Recomputes what was posted, and finds the first cell that is wrong; null if all are right. The plain way: for n that fits memory.</summary>
    /// <param name="matrices">What was to be multiplied.</param>
    /// <param name="posted">What was answered, every cell of it.</param>
    public static CellFraud? Find(ChallengeMatrices matrices, int[] posted)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(posted);
        int wrong = matrices.Product().AsSpan().CommonPrefixLength(posted);
        if (wrong == posted.Length) return null;
        return In(matrices, new ProductTree(posted, matrices.Size), wrong / matrices.Size) ?? throw new InvalidOperationException("a product differs from itself");
    }

    /// <summary>Finds the first wrong cell of one row, such as one that the check vector pointed to; null if all are right.</summary>
    /// <param name="matrices">What was to be multiplied.</param>
    /// <param name="posted">The tree of what was answered.</param>
    /// <param name="row">The row.</param>
    public static CellFraud? In(ChallengeMatrices matrices, ProductTree posted, int row)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(posted);
        for (int start = 0; start < matrices.Size; start += ChallengeMatrices.Chunk)
        {
            var opening = posted.Open(row, start);
            for (int i = 0; i < ChallengeMatrices.Chunk; i++)
                if (opening.Cells[i] != matrices.Cell(row, start + i)) return new CellFraud(start + i, opening);
        }
        return null;
    }

    /// <summary>Accepts if the chunk is under the root and the cell is wrong: the contract then slashes. Whoever handed this over is a stranger.</summary>
    /// <param name="matrices">What was to be multiplied.</param>
    /// <param name="root">The root that was posted for the device.</param>
    public Verdict Judge(ChallengeMatrices matrices, Keccak256Digest root)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        if (Column < 0 || Column >= matrices.Size || Column / ChallengeMatrices.Chunk != Opening.Chunk)
            return Verdict.Reject(MarketChecks.ChallengeForm, $"a column of chunk {Opening.Chunk}, below {matrices.Size}", $"column {Column}");
        return Opening.Verify(root, matrices.Size).Then(() =>
        {
            int computed = matrices.Cell(Opening.Row, Column);
            return Opening.Cells[Column % ChallengeMatrices.Chunk] != computed
                ? Verdict.Accept
                : Verdict.Reject(MarketChecks.ChallengeCell, $"cell ({Opening.Row}, {Column}) to differ from {computed}", $"{computed}");
        });
    }
}
