using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Training;
using Counterfoil.Training.Arithmetic;

namespace Counterfoil.Proofs.Tests.Training;

/// <summary>
/// A reproducible order of records for a stream that has none of its own: in each epoch another shuffle. Anyone with the recipe, the number of records and the seed
/// derives the same batches.
/// </summary>
static class TrainingOrder
{
    /// <summary>The batches of a whole run, as indices of records.</summary>
    /// <param name="recipe">Epochs and batch size.</param>
    /// <param name="records">How many records there are.</param>
    /// <param name="seed">Anything nobody could choose: the hash of the block that anchored the data.</param>
    public static IEnumerable<(int Epoch, ImmutableArray<int> Records)> Batches(TrainingRecipe recipe, int records, Bytes32 seed)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(records, 1);
        for (int epoch = 0; epoch < recipe.Epochs; epoch++)
        {
            var order = Shuffle(records, seed, epoch);
            for (int at = 0; at < records; at += recipe.BatchSize) yield return (epoch, [.. order.AsSpan(at, Math.Min(recipe.BatchSize, records - at))]);
        }
    }

    /// <summary>
    /// The permutation of one epoch: Fisher–Yates from the last position down (D. E. Knuth, <i>The Art of Computer Programming</i> 2, 3.4.2, algorithm P), with
    /// SplitMix64 seeded by SHA-256(<c>counterfoil/training-order/v1</c> ‖ seed ‖ epoch as int32 little-endian).
    /// </summary>
    public static int[] Shuffle(int records, Bytes32 seed, int epoch)
    {
        Span<byte> salt = stackalloc byte[Bytes32.Size + sizeof(int)];
        seed.CopyTo(salt);
        BinaryPrimitives.WriteInt32LittleEndian(salt[Bytes32.Size..], epoch);
        var random = SplitMix64.For("counterfoil/training-order/v1"u8, salt);
        var order = new int[records];
        for (int i = 0; i < records; i++) order[i] = i;
        for (int i = records - 1; i > 0; i--)
        {
            int j = random.NextBelow(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
