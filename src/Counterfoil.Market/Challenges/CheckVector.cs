using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Market.Challenges;

/// <summary>
/// A random vector r, known only once the product was posted, with which a verifier checks every row of C without multiplying the matrices: C·r = A·(B·r) modulo
/// p = 2^64 − 2^32 + 1. A row that is wrong anywhere passes with probability 1/p.
/// </summary>
/// <remarks>
/// Freivalds (1977). The entries are independent and uniform in F_p: from the stream keccak256(key ‖ t), t = 0, 1, …, each 64-bit big-endian word below p is an entry, others are skipped;
/// key = keccak256(domain ‖ seed ‖ commitment ‖ beacon), in words. Differences of cells are below 2^32 &lt; p, so no wrong cell is right modulo p. Not constant-time: all is public.
/// The verifier has to have the whole of C, to have recomputed its root, and to compute C·r itself: an answer A·(B·r) from the provider proves nothing.
/// </remarks>
public sealed class CheckVector
{
    readonly Goldilocks[] entries;

    CheckVector(Goldilocks[] entries) => this.entries = entries;

    /// <summary>The vector of a challenge, the same for all devices.</summary>
    /// <param name="seed">The challenge's seed.</param>
    /// <param name="roots">The devices' roots, as posted.</param>
    /// <param name="beacon">The hash of the block that <c>Answered</c> names, which is younger than the roots.</param>
    /// <param name="size">n.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is no size of a challenge.</exception>
    public static CheckVector Derive(ChallengeSeed seed, ReadOnlySpan<Keccak256Digest> roots, Bytes32 beacon, int size)
    {
        if (!ChallengeMatrices.IsSize(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "n is a power of two from 32 to 65,536");
        var key = ChallengeSeed.Words(Domains.ChallengeCheck, seed.Value, Commitment(roots).Value, beacon);
        var entries = new Goldilocks[size];
        Span<byte> input = stackalloc byte[2 * Bytes32.Size], block = stackalloc byte[Bytes32.Size];
        input.Clear();
        key.CopyTo(input);
        int filled = 0;
        for (int t = 0; filled < size; t++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input[^4..], t);
            Keccak256.Hash(input, block);
            for (int i = 0; i < Bytes32.Size && filled < size; i += 8)
                if (Goldilocks.TryFromCanonical(BinaryPrimitives.ReadUInt64BigEndian(block[i..]), out var entry)) entries[filled++] = entry;
        }
        return new CheckVector(entries);
    }

    /// <summary>What the contract keeps of the devices' roots: Keccak-256 of them, one after the other.</summary>
    public static Keccak256Digest Commitment(ReadOnlySpan<Keccak256Digest> roots)
    {
        var hasher = new Keccak256Hasher();
        foreach (var root in roots) hasher.Append(root.ToArray());
        return hasher.Finish();
    }

    /// <summary>Judges a whole product of a device: that it has the root that was posted, and that every row agrees with the vector. A refusal names the first row that does not.</summary>
    /// <param name="matrices">What was to be multiplied.</param>
    /// <param name="root">The device's root, as posted.</param>
    /// <param name="cells">Every cell, row by row, as the provider handed them over.</param>
    /// <exception cref="ArgumentException">The matrices are of another size than the vector.</exception>
    public Verdict Judge(ChallengeMatrices matrices, Keccak256Digest root, int[] cells)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(cells);
        int n = entries.Length;
        if (matrices.Size != n) throw new ArgumentException($"a vector of {n} entries does not check matrices of {matrices.Size}", nameof(matrices));
        if (cells.Length != (long)n * n) return Verdict.Reject(MarketChecks.ChallengeForm, $"{(long)n * n} cells", $"{cells.Length}");
        var found = new ProductTree(cells, n).Root;
        if (found != root) return Verdict.Reject(MarketChecks.ChallengeRoot, root.ToString(), found.ToString());

        var line = new sbyte[n];
        var image = new Goldilocks[n]; // B·r
        for (int j = 0; j < n; j++)
        {
            matrices.Column(j, line);
            for (int k = 0; k < n; k++) image[k] += Goldilocks.FromInteger(line[k]) * entries[j];
        }
        for (int i = 0; i < n; i++)
        {
            matrices.Row(i, line);
            Goldilocks expected = Goldilocks.Zero, claimed = Goldilocks.Zero;
            for (int k = 0; k < n; k++)
            {
                expected += Goldilocks.FromInteger(line[k]) * image[k];
                claimed += Goldilocks.FromInteger(cells[i * n + k]) * entries[k];
            }
            if (expected != claimed) return Verdict.Reject(MarketChecks.ChallengeRow, $"row {i} of C with C·r = {expected}", $"{claimed}");
        }
        return Verdict.Accept;
    }
}
