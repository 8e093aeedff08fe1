using System.Numerics;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>Every pair of words at which a carry, a borrow or a reduction turns, in every width, against big integers.</summary>
public sealed class KernelTests
{
    const ulong P = Goldilocks.Modulus;

    static readonly ulong[] Corners =
    [
        .. new ulong[] { 0, 1UL << 31, 1UL << 32, 1UL << 33, P / 2, 1UL << 63, P - (1UL << 32), P, unchecked(P + (1UL << 31)) }
            .SelectMany(w => Enumerable.Range(-3, 7).Select(d => unchecked(w + (ulong)d))).Append(0xFFFF_FFFE_0000_0001UL).Distinct(),
    ];

    [Fact]
    public void Any_product_of_128_bits_is_reduced_to_its_least_residue()
    {
        foreach (ulong high in Corners)
            foreach (ulong low in Corners)
                Assert.Equal((ulong)((((BigInteger)high << 64) + low) % P), Goldilocks.Reduce(high, low));
    }

    [Fact]
    public void Eight_words() { if (WordLanes8.IsSupported) Agree<Vector512<ulong>, WordLanes8>(); else Assert.Skip("no AVX-512 here"); }

    [Fact]
    public void Four_words() { if (WordLanes4.IsSupported) Agree<Vector256<ulong>, WordLanes4>(); else Assert.Skip("no AVX2 here"); }

    [Fact]
    public void One_word() => Agree<ulong, WordLanes1>();

    // Multiplication takes any words, addition and subtraction least residues.
    static void Agree<V, L>() where V : struct where L : struct, IWordLanes<V>
    {
        foreach (ulong a in Corners)
            for (int first = 0; first < Corners.Length; first += L.Count)
            {
                var b = Enumerable.Range(first, L.Count).Select(i => Corners[i % Corners.Length]).ToArray();
                V x = L.Broadcast(a), y = L.Load(ref b[0], 0);
                Assert.Equal(b.Select(w => (ulong)((BigInteger)a * w % P)), Words<V, L>(GoldilocksLanes<V, L>.Multiply(x, y)));
                if (a >= P) continue;
                b = [.. b.Select(w => w % P)];
                y = L.Load(ref b[0], 0);
                Assert.Equal(b.Select(w => (ulong)(((BigInteger)a + w) % P)), Words<V, L>(GoldilocksLanes<V, L>.Add(x, y)));
                Assert.Equal(b.Select(w => (ulong)(((BigInteger)a - w + P) % P)), Words<V, L>(GoldilocksLanes<V, L>.Subtract(x, y)));
            }
    }

    static ulong[] Words<V, L>(V value) where V : struct where L : struct, IWordLanes<V>
    {
        var words = new ulong[L.Count];
        L.Store(value, ref words[0], 0);
        return words;
    }
}
