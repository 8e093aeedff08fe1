using System.Numerics;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

/// <summary>The laws of the EVM's word, against <see cref="BigInteger"/>.</summary>
public sealed class UInt256Tests
{
    static readonly BigInteger Two256 = BigInteger.One << 256;

    // Limbs at their edges are where carries and Knuth's corrections happen; uniform limbs almost never reach them.
    static readonly Gen<ulong> Limb = Gen.OneOf(Gen.ULong, Gen.OneOf(0UL, 1UL, 2UL, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, (1UL << 63) - 1));
    static readonly Gen<UInt256> Word = Gen.OneOf(
        Gen.Select(Limb, Limb, Limb, Limb, (a, b, c, d) => new UInt256(a, b, c, d)),
        Gen.Select(Limb, Limb, (a, b) => new UInt256(a, b, 0, 0)), Gen.Select(Limb, a => new UInt256(a)), Gen.Select(Gen.Int[0, 300], a => (UInt256)a));

    static BigInteger Big(UInt256 value) => (BigInteger)value;
    static BigInteger Signed(UInt256 value) => value.IsNegative ? Big(value) - Two256 : Big(value);
    static UInt256 Wrap(BigInteger value) => (UInt256)value;

    [Fact]
    public void Addition_subtraction_and_multiplication_wrap_as_integers_do_modulo_2_256() => Gen.Select(Word, Word).Sample((a, b) =>
    {
        Assert.Equal(Wrap(Big(a) + Big(b)), a + b);
        Assert.Equal(Wrap(Big(a) - Big(b)), a - b);
        Assert.Equal(Wrap(Big(a) * Big(b)), a * b);
        Assert.Equal(Wrap(-Big(a)), -a);
    }, iter: 20_000);

    [Fact]
    public void Checked_arithmetic_throws_exactly_where_the_integer_does_not_fit() => Gen.Select(Word, Word).Sample((a, b) =>
    {
        Assert.Equal(Big(a) + Big(b) >= Two256, Throws(() => checked(a + b)));
        Assert.Equal(Big(a) < Big(b), Throws(() => checked(a - b)));
        Assert.Equal(Big(a) * Big(b) >= Two256, Throws(() => checked(a * b)));
        Assert.Equal(Big(a) > ulong.MaxValue, Throws(() => checked((ulong)a)));
    }, iter: 2_000);

    static bool Throws<T>(Func<T> run)
    {
        try
        {
            run();
            return false;
        }
        catch (OverflowException)
        {
            return true;
        }
    }

    [Fact]
    public void Division_and_remainder_are_those_of_integers_and_zero_by_zero() => Gen.Select(Word, Word).Sample((a, b) =>
    {
        Assert.Equal(b.IsZero ? UInt256.Zero : Wrap(Big(a) / Big(b)), a / b);
        Assert.Equal(b.IsZero ? UInt256.Zero : Wrap(Big(a) % Big(b)), a % b);
        Assert.Equal(b.IsZero ? UInt256.Zero : Wrap(Signed(a) / Signed(b)), UInt256.DivideSigned(a, b));
        Assert.Equal(b.IsZero ? UInt256.Zero : Wrap(BigInteger.Remainder(Signed(a), Signed(b))), UInt256.RemainderSigned(a, b));
    }, iter: 50_000);

    [Fact]
    public void Division_meets_a_multiple_of_the_divisor_exactly() => Gen.Select(Word, Word, Word).Sample((q, d, r) =>
    {
        if (d.IsZero || UInt256.MultiplyOverflows(q, d, out var product)) return;
        r %= d;
        if (UInt256.AddOverflows(product, r, out var a)) return;
        Assert.Equal(q, UInt256.DivRem(a, d, out var remainder));
        Assert.Equal(r, remainder);
    }, iter: 50_000);

    [Fact]
    public void Modular_arithmetic_does_not_wrap_in_between() => Gen.Select(Word, Word, Word).Sample((a, b, m) =>
    {
        Assert.Equal(m.IsZero ? UInt256.Zero : Wrap((Big(a) + Big(b)) % Big(m)), UInt256.AddMod(a, b, m));
        Assert.Equal(m.IsZero ? UInt256.Zero : Wrap(Big(a) * Big(b) % Big(m)), UInt256.MulMod(a, b, m));
    }, iter: 50_000);

    [Fact]
    public void A_power_is_the_power_modulo_2_256() => Gen.Select(Word, Word).Sample((a, e) =>
        Assert.Equal(Wrap(BigInteger.ModPow(Big(a), Big(e), Two256)), UInt256.Pow(a, e)), iter: 500);

    [Fact]
    public void Comparison_is_that_of_integers_unsigned_and_signed() => Gen.Select(Word, Word).Sample((a, b) =>
    {
        Assert.Equal(Big(a).CompareTo(Big(b)), a.CompareTo(b));
        Assert.Equal(Big(a) < Big(b), a < b);
        Assert.Equal(Big(a) >= Big(b), a >= b);
        Assert.Equal(Big(a) == Big(b), a == b);
        Assert.Equal(Signed(a).CompareTo(Signed(b)), a.CompareSigned(b));
    }, iter: 10_000);

    [Fact]
    public void Shifts_and_bit_operations_are_those_of_integers() => Gen.Select(Word, Word, Gen.Int[0, 300]).Sample((a, b, s) =>
    {
        Assert.Equal(Wrap(Big(a) << s), UInt256.ShiftLeft(s, a));
        Assert.Equal(Wrap(Big(a) >> s), UInt256.ShiftRight(s, a));
        Assert.Equal(Wrap(Signed(a) >> s), UInt256.ShiftRightSigned(s, a));
        Assert.Equal(Wrap(Big(a) & Big(b)), a & b);
        Assert.Equal(Wrap(Big(a) | Big(b)), a | b);
        Assert.Equal(Wrap(Big(a) ^ Big(b)), a ^ b);
        Assert.Equal(UInt256.MaxValue - a, ~a);
        Assert.Equal((int)Big(a).GetBitLength(), a.BitLength);
    }, iter: 10_000);

    [Fact]
    public void A_shift_by_a_huge_word_leaves_only_the_fill()
    {
        var huge = UInt256.One << 200;
        Assert.Equal(UInt256.Zero, UInt256.ShiftLeft(huge, 5));
        Assert.Equal(UInt256.Zero, UInt256.ShiftRight(huge, UInt256.MaxValue));
        Assert.Equal(UInt256.MaxValue, UInt256.ShiftRightSigned(huge, UInt256.MaxValue));
    }

    [Fact]
    public void Byte_and_sign_extension_count_from_the_ends_the_evm_counts_from() => Gen.Select(Word, Gen.Int[0, 40]).Sample((a, i) =>
    {
        Assert.Equal(i < 32 ? a.ToBigEndian()[i] : 0, UInt256.Byte(i, a));
        var extended = a.ToBigEndian();
        if (i < 31) extended.AsSpan(0, 31 - i).Fill((byte)(extended[31 - i] >= 0x80 ? 0xff : 0));
        Assert.Equal(UInt256.ReadBigEndian(extended), UInt256.SignExtend(i, a));
    }, iter: 10_000);

    [Fact]
    public void Text_and_bytes_come_back_as_the_same_word() => Word.Sample(a =>
    {
        Assert.Equal(Big(a).ToString(), a.ToString());
        Assert.True(UInt256.TryParse(a.ToString(), out var read) && read == a);
        Assert.True(UInt256.TryParseHex(a.ToHex(), out read) && read == a);
        Assert.Equal(a, UInt256.ReadBigEndian(a.ToBigEndian()));
        Assert.Equal(a, UInt256.ReadBigEndian(a.ToBigEndian().AsSpan(32 - a.ByteLength)));
    }, iter: 5_000);

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData(" 1")]
    [InlineData("1e3")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    public void Text_that_is_not_a_word_in_its_one_spelling_is_refused(string text) => Assert.False(UInt256.TryParse(text, out _));

    [Theory]
    [InlineData("0x")]
    [InlineData("0x00")]
    [InlineData("0x0a")]
    [InlineData("0X1")]
    [InlineData("0xg")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")]
    public void Hexadecimal_that_is_not_a_quantity_is_refused(string text) => Assert.False(UInt256.TryParseHex(text, out _));

    [Theory]
    [InlineData("0.0004", 6, 400)]
    [InlineData("1", 6, 1_000_000)]
    [InlineData("0", 6, 0)]
    [InlineData("12.5", 2, 1250)]
    [InlineData("7", 0, 7)]
    public void An_amount_is_read_and_written_in_whole_tokens(string text, int decimals, int units)
    {
        Assert.True(TokenAmount.TryParse(text, decimals, out var amount));
        Assert.Equal((UInt256)units, amount.Units);
        Assert.Equal(text, amount.ToString(decimals));
    }

    [Theory]
    [InlineData("0.0000001")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.2.3")]
    [InlineData("00.5")]
    [InlineData("-0.5")]
    [InlineData("1e-3")]
    public void An_amount_that_cannot_be_said_in_units_is_refused(string text) => Assert.False(TokenAmount.TryParse(text, 6, out _));

    [Fact]
    public void Adding_money_beyond_its_range_throws_instead_of_wrapping()
    {
        Assert.Throws<OverflowException>(() => new TokenAmount(UInt256.MaxValue) + new TokenAmount(1));
        Assert.Throws<OverflowException>(() => new TokenAmount(1) - new TokenAmount(2));
        Assert.Throws<OverflowException>(() => new TokenAmount(UInt256.MaxValue) * 2);
    }
}
