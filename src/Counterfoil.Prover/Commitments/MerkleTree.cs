using Counterfoil.Core.Digests;

namespace Counterfoil.Prover.Commitments;

/// <summary>The tree over a matrix's columns, all levels kept: level 0 is the leaves, one digest after the other.</summary>
sealed class MerkleTree
{
    readonly byte[][] levels;

    public MerkleTree(byte[] leaves, int depth)
    {
        levels = new byte[depth + 1][];
        levels[0] = leaves;
        for (int level = 0; level < depth; level++)
        {
            levels[level + 1] = new byte[levels[level].Length / 2];
            ColumnHasher.Nodes(levels[level], levels[level + 1]);
        }
    }

    public Keccak256Digest Root => new(levels[^1]);

    /// <summary>Writes the siblings that cannot be computed from the leaves at ascending <paramref name="positions"/>, level by level. Overwrites the positions.</summary>
    public void WriteSiblings(ProverChannel channel, Span<int> positions)
    {
        int count = positions.Length;
        for (int level = 0; level < levels.Length - 1; level++)
        {
            int parents = 0;
            for (int i = 0; i < count; i++)
            {
                int position = positions[i];
                if ((position & 1) == 0 && i + 1 < count && positions[i + 1] == position + 1) i++;
                else channel.WriteBound(levels[level].AsSpan((position ^ 1) * Bytes32.Size, Bytes32.Size));
                positions[parents++] = position >> 1;
            }
            count = parents;
        }
    }
}
