using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Guarding;

/// <summary>Which committed records are held back for testing, and in which order the rest is trained on. Both follow from one public seed.</summary>
/// <remarks>
/// The seed is the hash of the block that anchored the commitment: nobody knew it when the data was committed, so nobody could place records to suit it.
/// The choice is a partial Fisher–Yates shuffle of 0 … n − 1: for i = 0 … count − 1, swap i with i + (a number below n − i); the first count
/// are held back. An epoch's order shuffles the training indices, ascending before, from the last down: for i = m − 1 … 1, swap i with (a number
/// below i + 1). The numbers come from <see cref="SeededSequence"/> under a tag each; an epoch's context is its number as u32.
/// </remarks>
public sealed class HeldBackSplit
{
    HeldBackSplit(Bytes32 seed, ImmutableArray<int> heldBack, ImmutableArray<int> training) => (Seed, HeldBack, Training) = (seed, heldBack, training);

    /// <summary>How the seed chooses, as a guard report names it: <c>docs/data.md</c>.</summary>
    public const string Algorithm = "counterfoil/data-held-back/v1";

    /// <summary>The seed.</summary>
    public Bytes32 Seed { get; }

    /// <summary>Places of the records held back, ascending.</summary>
    public ImmutableArray<int> HeldBack { get; }

    /// <summary>Places of all others, ascending.</summary>
    public ImmutableArray<int> Training { get; }

    /// <summary>Chooses <paramref name="count"/> of <paramref name="records"/> records.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer records than that, or a negative number.</exception>
    public static HeldBackSplit Choose(Bytes32 seed, int records, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(records);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)records, nameof(count));
        var places = new int[records];
        for (int i = 0; i < records; i++) places[i] = i;
        var numbers = new SeededSequence(Domains.DataHeldBack, seed, []);
        for (int i = 0; i < count; i++)
        {
            int j = i + numbers.Below(records - i);
            (places[i], places[j]) = (places[j], places[i]);
        }
        Array.Sort(places, 0, count);
        Array.Sort(places, count, records - count);
        return new(seed, [.. places[..count]], [.. places[count..]]);
    }

    /// <summary>The training places in the order of an epoch, counted from 0.</summary>
    public ImmutableArray<int> EpochOrder(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        Span<byte> context = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(context, epoch);
        var numbers = new SeededSequence(Domains.DataEpochOrder, Seed, context);
        var order = Training.ToArray();
        for (int i = order.Length; --i > 0;)
        {
            int j = numbers.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return [.. order];
    }
}
