using System.Numerics;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>The laws of the two fields, against <see cref="BigInteger"/>.</summary>
public sealed class FieldTests
{
    static readonly BigInteger P = (BigInteger)FieldElement.Modulus, N = (BigInteger)Scalar.Order;

    static readonly Gen<ulong> Limb = Gen.OneOf(Gen.ULong, Gen.OneOf(0UL, 1UL, ulong.MaxValue, ulong.MaxValue - 1, ulong.MaxValue - 0x1000003D0, 0xBFD25E8CD0364141));
    static readonly Gen<UInt256> Word = Gen.Select(Limb, Limb, Limb, Limb, (a, b, c, d) => new UInt256(a, b, c, d));

    static BigInteger Big(FieldElement a) => (BigInteger)a.Canonical();
    static BigInteger Big(Scalar a) => (BigInteger)a.Value;

    [Fact]
    public void The_moduli_are_those_of_sec_2()
    {
        Assert.Equal((BigInteger.One << 256) - (BigInteger.One << 32) - 977, P);
        Assert.Equal("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", Scalar.Order.ToHex());
        Assert.True(AffinePoint.Generator.IsOnCurve);
    }

    [Fact]
    public void Field_arithmetic_is_arithmetic_modulo_p_on_any_residue() => Gen.Select(Word, Word, Gen.UInt).Sample((x, y, small) =>
    {
        FieldElement a = new(x), b = new(y);
        Assert.Equal((BigInteger)x % P, Big(a));
        Assert.Equal((Big(a) + Big(b)) % P, Big(a + b));
        Assert.Equal((Big(a) - Big(b) + P) % P, Big(a - b));
        Assert.Equal(Big(a) * Big(b) % P, Big(a * b));
        Assert.Equal(Big(a) * Big(a) % P, Big(a.Squared));
        Assert.Equal(Big(a) * small % P, Big(a * small));
        Assert.Equal(Big(a), Big(a.Halved) * 2 % P);
        Assert.Equal(Big(a).IsZero, a.IsZero);
    }, iter: 50_000);

    [Fact]
    public void Field_inverses_and_square_roots_are_powers() => Word.Sample(x =>
    {
        var a = new FieldElement(x);
        Assert.Equal(BigInteger.ModPow(Big(a), P - 2, P), Big(a.Inverse()));
        Assert.Equal(BigInteger.ModPow(Big(a), (P + 1) / 4, P), Big(a.SquareRootCandidate()));
    }, iter: 100);

    [Fact]
    public void Scalar_arithmetic_is_arithmetic_modulo_n() => Gen.Select(Word, Word).Sample((x, y) =>
    {
        Scalar a = Scalar.Reduce(x), b = Scalar.Reduce(y);
        Assert.Equal((BigInteger)x % N, Big(a));
        Assert.Equal((Big(a) + Big(b)) % N, Big(a + b));
        Assert.Equal((Big(a) - Big(b) + N) % N, Big(a - b));
        Assert.Equal(Big(a) * Big(b) % N, Big(a * b));
        Assert.Equal(Big(a) * Big(a) % N, Big(a.Squared));
        Assert.Equal(Big(a) > N / 2, a.IsHighMask == ulong.MaxValue);
        Assert.True(a.IsHighMask is 0 or ulong.MaxValue);
    }, iter: 50_000);

    [Fact]
    public void A_scalar_times_its_inverse_is_one() => Word.Sample(x =>
    {
        var a = Scalar.Reduce(x);
        Assert.Equal(a.IsZero ? BigInteger.Zero : BigInteger.One, Big(a * a.Inverse()));
    }, iter: 200);

    // The edges are where a batch of division steps ends early or f ends as −1.
    static readonly Gen<UInt256> InverseOf = Gen.OneOf(Word, Gen.Select(Gen.ULong, Gen.Int[0, 255], (low, shift) => (UInt256)low << shift), Gen.Int[0, 300].Select(i => (UInt256)i));

    [Fact]
    public void Inverses_of_public_values_are_those_by_fermat() => InverseOf.Sample(x =>
    {
        foreach (var y in new[] { x, -x, FieldElement.Modulus - x, Scalar.Order - x })
        {
            Assert.Equal(new FieldElement(y).Inverse().Canonical(), new FieldElement(y).PublicInverse().Canonical());
            Assert.Equal(Scalar.Reduce(y).Inverse().Value, Scalar.Reduce(y).PublicInverse().Value);
        }
    }, iter: 300);

    [Fact]
    public void The_endomorphism_splits_a_scalar_into_halves_of_at_most_129_bits() => Word.Sample(x =>
    {
        var k = Scalar.Reduce(x);
        DoubleMultiplication.Split(k, out var k1, out bool negative1, out var k2, out bool negative2);
        var lambda = BigInteger.Parse("5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72", System.Globalization.NumberStyles.HexNumber);
        var sum = (negative1 ? -1 : 1) * (BigInteger)k1 + (negative2 ? -1 : 1) * (BigInteger)k2 * lambda;
        Assert.Equal(Big(k), (sum % N + N) % N);
        Assert.InRange(k1.BitLength, 0, 129);
        Assert.InRange(k2.BitLength, 0, 129);
    }, iter: 5_000);
}
