using System.Numerics;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>Modular exponentiation of numbers of any length, at address 5 (EIP-198, priced by EIP-2565; from Osaka on by EIP-7883, and limited by EIP-7823).</summary>
sealed class ModExp(Fork fork) : Precompile
{
    // EIP-7823: no number is longer than this.
    const int MaxLength = 1024;

    // What cannot be paid need not be computed exactly; far above any gas limit and far below overflow.
    const long Unpayable = long.MaxValue / 4;

    public override string Name => "modexp";

    public override long Gas(ReadOnlySpan<byte> input)
    {
        var (baseLength, exponentLength, modulusLength) = Lengths(input);
        BigInteger words = (BigInteger.Max(baseLength, modulusLength) + 7) / 8;
        bool isOsaka = fork >= Fork.Osaka;
        BigInteger complexity = !isOsaka ? words * words : words <= 4 ? 16 : 2 * words * words;
        int headLength = (int)BigInteger.Min(exponentLength, 32);
        BigInteger head = baseLength > input.Length ? 0 : Number(input, 96 + (long)baseLength, headLength);
        BigInteger headBits = head.IsZero ? 0 : head.GetBitLength() - 1;
        BigInteger iterations = exponentLength <= 32 ? headBits : (isOsaka ? 16 : 8) * (exponentLength - 32) + headBits;
        BigInteger gas = complexity * BigInteger.Max(iterations, 1) / (isOsaka ? 1 : 3), least = isOsaka ? 500 : 200;
        return gas < least ? (long)least : gas > Unpayable ? Unpayable : (long)gas;
    }

    public override byte[]? Run(ReadOnlySpan<byte> input)
    {
        var lengths = Lengths(input);
        if (fork >= Fork.Osaka && (lengths.Base > MaxLength || lengths.Exponent > MaxLength || lengths.Modulus > MaxLength)) return null;
        // EIP-198: with both lengths zero the result is empty whatever the exponent's length, which then costs the minimum.
        if (lengths.Base.IsZero && lengths.Modulus.IsZero) return [];
        // The gas was paid, so base and modulus are at most some megabytes, and so is the exponent unless their length is zero.
        if (lengths.Base > int.MaxValue / 4 || lengths.Modulus > int.MaxValue / 4 || lengths.Exponent > int.MaxValue / 4) return null;
        int baseLength = (int)lengths.Base, exponentLength = (int)lengths.Exponent, modulusLength = (int)lengths.Modulus;
        var output = new byte[modulusLength];
        BigInteger modulus = Number(input, 96L + baseLength + exponentLength, modulusLength);
        if (modulus <= BigInteger.One) return output;
        BigInteger power = BigInteger.ModPow(Number(input, 96, baseLength), Number(input, 96L + baseLength, exponentLength), modulus);
        byte[] digits = power.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(output.AsSpan(modulusLength - digits.Length));
        return output;
    }

    static (BigInteger Base, BigInteger Exponent, BigInteger Modulus) Lengths(ReadOnlySpan<byte> input) =>
        (Number(input, 0, 32), Number(input, 32, 32), Number(input, 64, 32));

    // The input is taken to go on with zeros for ever.
    static BigInteger Number(ReadOnlySpan<byte> input, long offset, int length)
    {
        if (length == 0 || offset >= input.Length) return BigInteger.Zero;
        var present = input[(int)offset..];
        if (present.Length >= length) return new BigInteger(present[..length], isUnsigned: true, isBigEndian: true);
        return new BigInteger(present, isUnsigned: true, isBigEndian: true) << 8 * (length - present.Length);
    }
}
