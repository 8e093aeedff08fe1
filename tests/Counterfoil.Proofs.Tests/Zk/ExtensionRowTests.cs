using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Polynomials;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Rows of extension elements side by side, in every width, against the arithmetic of one element.</summary>
public sealed class ExtensionRowTests
{
    // Words at both ends of the field turn carries; the rest is anything.
    static readonly Gen<Goldilocks> Word = Gen.OneOf(
        Gen.ULong.Select(Goldilocks.FromUInt64), Gen.ULong[0, 3].Select(Goldilocks.FromUInt64), Gen.ULong[0, 3].Select(w => Goldilocks.FromUInt64(Goldilocks.Modulus - 1 - w)), Gen.ULong[0, 3].Select(w => Goldilocks.FromUInt64((1UL << 32) - 2 + w)));

    static readonly Gen<Goldilocks2> Element = Gen.Select(Word, Word, (c0, c1) => new Goldilocks2(c0, c1));

    static readonly Gen<(Goldilocks2[] A, Goldilocks2[] B, Goldilocks2 F)> Rows =
        Gen.Int[0, 70].SelectMany(n => Gen.Select(Element.Array[n], Element.Array[n], Element));

    [Fact]
    public void Eight_words()
    {
        Assert.SkipUnless(WordLanes8.IsSupported, "no AVX-512 here");
        Rows.Sample((a, b, f) => Agree<Vector512<ulong>, WordLanes8>(a, b, f));
    }

    [Fact]
    public void Four_words()
    {
        Assert.SkipUnless(WordLanes4.IsSupported, "no AVX2 here");
        Rows.Sample((a, b, f) => Agree<Vector256<ulong>, WordLanes4>(a, b, f));
    }

    [Fact]
    public void What_is_chosen_here() => Rows.Sample((a, b, f) =>
    {
        Goldilocks2[] sum = [.. b], scaled = [.. b], based = [.. b], low = [.. a], high = new Goldilocks2[a.Length], product = new Goldilocks2[a.Length];
        ExtensionRow.Add(a, sum);
        ExtensionRow.AddScaled(a, f, scaled);
        ExtensionRow.AddScaled(a, f.C0, based);
        ExtensionRow.Scale(a, f, product);
        ExtensionRow.Split(low, f, high);
        Assert.Equal(a.Zip(b, (x, y) => x + y), sum);
        Assert.Equal(a.Zip(b, (x, y) => y + x * f), scaled);
        Assert.Equal(a.Zip(b, (x, y) => y + x * f.C0), based);
        Assert.Equal(a.Select(x => x * f), product);
        Assert.Equal(product, high);
        Assert.Equal(a.Select(x => x - x * f), low);
        Assert.Equal(a.Zip(b, (x, y) => x * y).Aggregate(Goldilocks2.Zero, (s, x) => s + x), ExtensionRow.InnerProduct(a, b));
    });

    [Fact]
    public void A_prefix_of_a_product_is_summed_without_its_terms() =>
        Gen.Int[0, 7].SelectMany(n => Gen.Select(Element.Array[n], Element.Array[n], Gen.Int[0, 1 << n])).Sample((zeros, ones, count) =>
        {
            var sum = Goldilocks2.Zero;
            for (int x = 0; x < count; x++)
            {
                var term = Goldilocks2.One;
                for (int k = 0; k < zeros.Length; k++) term *= (x >> k & 1) != 0 ? ones[k] : zeros[k];
                sum += term;
            }
            Assert.Equal(sum, Multilinear.PrefixSum<Goldilocks2>(zeros, ones, count));
        });

    // A kernel does whole lanes and says how far it came.
    static void Agree<V, L>(Goldilocks2[] a, Goldilocks2[] b, Goldilocks2 f) where V : struct where L : struct, IPairLanes<V>
    {
        int done = a.Length * 2 / L.Count * L.Count / 2;
        Goldilocks2[] sum = [.. b], scaled = [.. b], low = [.. a], high = new Goldilocks2[a.Length], product = new Goldilocks2[a.Length];
        var inner = Goldilocks2.Zero;
        Assert.Equal(done, ExtensionRow.Add<V, L>(Words(a), Words(sum)));
        Assert.Equal(done, ExtensionRow.AddScaled<V, L>(Words(a), f, Words(scaled)));
        Assert.Equal(done, ExtensionRow.Scale<V, L>(Words(a), f, Words(product)));
        Assert.Equal(done, ExtensionRow.Split<V, L>(Words(low), f, Words(high)));
        Assert.Equal(done, ExtensionRow.InnerProduct<V, L>(Words(a), Words(b), ref inner));
        for (int i = 0; i < a.Length; i++)
        {
            bool isDone = i < done;
            Assert.Equal(isDone ? a[i] + b[i] : b[i], sum[i]);
            Assert.Equal(isDone ? b[i] + a[i] * f : b[i], scaled[i]);
            Assert.Equal(isDone ? a[i] * f : default, product[i]);
            Assert.Equal(product[i], high[i]);
            Assert.Equal(a[i] - product[i], low[i]);
        }
        Assert.Equal(a.Zip(b, (x, y) => x * y).Take(done).Aggregate(Goldilocks2.Zero, (s, x) => s + x), inner);
    }

    static Span<ulong> Words(Goldilocks2[] row) => MemoryMarshal.Cast<Goldilocks2, ulong>(row.AsSpan());
}
