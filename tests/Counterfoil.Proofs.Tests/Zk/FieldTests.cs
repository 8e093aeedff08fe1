using System.Numerics;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Laws that every field keeps, and its arithmetic against <see cref="BigInteger"/>.</summary>
public sealed class FieldTests
{
    static readonly BigInteger P = Goldilocks.Modulus;

    // The edges: where a carry, a borrow or a reduction happens.
    static readonly ulong[] Edges = [0, 1, 2, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, Goldilocks.Modulus / 2, Goldilocks.Modulus - 0x1_0000_0000, Goldilocks.Modulus - 2, Goldilocks.Modulus - 1];

    static readonly Gen<Goldilocks> Element = Gen.OneOf(Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]), Gen.ULong).Select(Goldilocks.FromUInt64);

    static readonly Gen<Goldilocks2> Extension = Gen.Select(Element, Element, (a, b) => new Goldilocks2(a, b));

    static Goldilocks Of(BigInteger value) => Goldilocks.FromUInt64((ulong)((value % P + P) % P));

    [Fact]
    public void P_is_2_to_the_64_minus_2_to_the_32_plus_1() => Assert.Equal(BigInteger.Pow(2, 64) - BigInteger.Pow(2, 32) + 1, P);

    [Fact]
    public void Arithmetic_agrees_with_big_integers() => Gen.Select(Element, Element).Sample((a, b) =>
    {
        Assert.Equal(Of((BigInteger)a.Value + b.Value), a + b);
        Assert.Equal(Of((BigInteger)a.Value - b.Value), a - b);
        Assert.Equal(Of((BigInteger)a.Value * b.Value), a * b);
        Assert.Equal(Of(-(BigInteger)a.Value), -a);
    });

    [Fact]
    public void A_negative_integer_is_p_less_its_magnitude() => Gen.Long[-long.MaxValue, long.MaxValue].Sample(v => Assert.Equal(Of(v), Goldilocks.FromInteger(v)));

    [Fact]
    public void Residues_of_p_and_more_are_not_canonical()
    {
        Assert.True(Goldilocks.TryFromCanonical(Goldilocks.Modulus - 1, out _));
        Assert.False(Goldilocks.TryFromCanonical(Goldilocks.Modulus, out _));
        Assert.False(Goldilocks.TryFromCanonical(ulong.MaxValue, out _));
    }

    [Fact]
    public void Seven_is_no_square_so_that_x_squared_minus_7_is_irreducible() =>
        Assert.Equal(-Goldilocks.One, Goldilocks.FromUInt64(7).Power((Goldilocks.Modulus - 1) / 2));

    [Fact]
    public void Seven_generates_the_group()
    {
        // p − 1 = 2^32 · 3 · 5 · 17 · 257 · 65537.
        Assert.Equal(P - 1, BigInteger.Pow(2, 32) * 3 * 5 * 17 * 257 * 65537);
        foreach (ulong factor in new ulong[] { 2, 3, 5, 17, 257, 65537 })
            Assert.NotEqual(Goldilocks.One, Goldilocks.Generator.Power((Goldilocks.Modulus - 1) / factor));
    }

    [Fact]
    public void A_root_of_unity_has_exactly_its_order()
    {
        for (int k = 1; k <= 32; k++)
            Assert.Equal(-Goldilocks.One, Goldilocks.RootOfUnity(k).Power(1UL << (k - 1)));
    }

    [Fact]
    public void The_extension_multiplies_as_polynomials_modulo_x_squared_minus_7() => Gen.Select(Extension, Extension).Sample((a, b) =>
    {
        BigInteger a0 = a.C0.Value, a1 = a.C1.Value, b0 = b.C0.Value, b1 = b.C1.Value;
        Assert.Equal(new Goldilocks2(Of(a0 * b0 + 7 * a1 * b1), Of(a0 * b1 + a1 * b0)), a * b);
        Assert.Equal(a * (Goldilocks2)b.C0, a * b.C0);
    });

    [Fact]
    public void The_base_field_keeps_the_laws() => Laws(Element);

    [Fact]
    public void The_extension_keeps_the_laws() => Laws(Extension);

    static void Laws<F>(Gen<F> element) where F : struct, IField<F> => Gen.Select(element, element, element).Sample((a, b, c) =>
    {
        Assert.Equal(a + b, b + a);
        Assert.Equal(a * b, b * a);
        Assert.Equal(a + b + c, a + (b + c));
        Assert.Equal(a * b * c, a * (b * c));
        Assert.Equal(a * (b + c), a * b + a * c);
        Assert.Equal(a, a + F.Zero);
        Assert.Equal(a, a * F.One);
        Assert.Equal(F.Zero, a + -a);
        Assert.Equal(a - b, a + -b);
        if (!a.Equals(F.Zero)) Assert.Equal(F.One, a * F.Inverse(a));
    });

    [Fact]
    public void Zero_has_no_inverse()
    {
        Assert.Throws<DivideByZeroException>(() => Goldilocks.Inverse(default));
        Assert.Throws<DivideByZeroException>(() => Goldilocks2.Inverse(default));
    }

    [Fact]
    public void Eight_lanes_agree_with_one()
    {
        Assert.SkipUnless(WordLanes8.IsSupported, "skipped: no AVX-512 here");
        LanesAgree<Vector512<ulong>, WordLanes8>();
    }

    [Fact]
    public void Four_lanes_agree_with_one()
    {
        Assert.SkipUnless(WordLanes4.IsSupported, "skipped: no AVX2 here");
        LanesAgree<Vector256<ulong>, WordLanes4>();
    }

    [Fact]
    public void A_single_lane_agrees_with_the_field() => LanesAgree<ulong, WordLanes1>();

    static void LanesAgree<V, L>() where V : struct where L : struct, IWordLanes<V> => Gen.Select(Extension.Array[L.Count], Extension.Array[L.Count]).Sample((a, b) =>
    {
        (V, V) x = Pack<V, L>(a), y = Pack<V, L>(b);
        Assert.Equal(a.Zip(b, (u, v) => u + v), Unpack<V, L>(GoldilocksLanes<V, L>.Add(x, y)));
        Assert.Equal(a.Zip(b, (u, v) => u - v), Unpack<V, L>(GoldilocksLanes<V, L>.Subtract(x, y)));
        Assert.Equal(a.Zip(b, (u, v) => u * v), Unpack<V, L>(GoldilocksLanes<V, L>.Multiply(x, y)));
        Assert.Equal(a.Aggregate((u, v) => u + v), GoldilocksLanes<V, L>.Sum(x));
    });

    static (V, V) Pack<V, L>(Goldilocks2[] values) where V : struct where L : struct, IWordLanes<V> =>
        (L.Load(ref values.Select(v => v.C0.Value).ToArray()[0], 0), L.Load(ref values.Select(v => v.C1.Value).ToArray()[0], 0));

    static IEnumerable<Goldilocks2> Unpack<V, L>((V C0, V C1) value) where V : struct where L : struct, IWordLanes<V>
    {
        ulong[] low = new ulong[L.Count], high = new ulong[L.Count];
        L.Store(value.C0, ref low[0], 0);
        L.Store(value.C1, ref high[0], 0);
        return low.Zip(high, (c0, c1) => new Goldilocks2(Canonical(c0), Canonical(c1)));
    }

    static Goldilocks Canonical(ulong value)
    {
        Assert.True(Goldilocks.TryFromCanonical(value, out var element));
        return element;
    }
}
