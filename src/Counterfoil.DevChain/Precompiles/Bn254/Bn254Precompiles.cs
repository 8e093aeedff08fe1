using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>Points as EIP-196 and EIP-197 encode them: coordinates of 32 bytes, zeros for infinity, no coordinate of p or more.</summary>
static class PointEncoding
{
    static readonly Fp B = new(3);
    static readonly Fp2 TwistB = new Fp2(B, default) * Fp2.Xi.Inverse;

    public static bool TryReadG1(ReadOnlySpan<byte> bytes, out Point<Fp> point)
    {
        point = Point<Fp>.Infinity;
        if (!TryRead(bytes, out var x) || !TryRead(bytes[32..], out var y)) return false;
        if (x.IsZero && y.IsZero) return true;
        if (y * y != x * x * x + B) return false;
        point = Point<Fp>.Of(x, y);
        return true;
    }

    // The imaginary part comes first. The twist has points outside the group, so its order is checked as well (EIP-197).
    public static bool TryReadG2(ReadOnlySpan<byte> bytes, out Point<Fp2> point)
    {
        point = Point<Fp2>.Infinity;
        if (!TryRead(bytes, out var xi) || !TryRead(bytes[32..], out var xr) || !TryRead(bytes[64..], out var yi) || !TryRead(bytes[96..], out var yr)) return false;
        Fp2 x = new(xr, xi), y = new(yr, yi);
        if (x.IsZero && y.IsZero) return true;
        if (y * y != x * x * x + TwistB) return false;
        point = Point<Fp2>.Of(x, y);
        return (point * Fp.Order).IsInfinity;
    }

    public static byte[] Write(Point<Fp> point)
    {
        var (x, y) = point.Affine;
        return [.. x.Value.ToBigEndian(), .. y.Value.ToBigEndian()];
    }

    static bool TryRead(ReadOnlySpan<byte> bytes, out Fp value)
    {
        value = new Fp(UInt256.ReadBigEndian(bytes[..32]));
        return value.Value < Fp.Modulus;
    }
}

/// <summary>The sum of two points, at address 6 (EIP-196, priced by EIP-1108).</summary>
sealed class Bn254Addition : Precompile
{
    public override string Name => "bn128 addition";
    public override long Gas(ReadOnlySpan<byte> input) => 150;

    public override byte[]? Run(ReadOnlySpan<byte> input)
    {
        Span<byte> padded = stackalloc byte[128];
        padded.Clear();
        input[..Math.Min(input.Length, 128)].CopyTo(padded);
        return PointEncoding.TryReadG1(padded, out var a) && PointEncoding.TryReadG1(padded[64..], out var b) ? PointEncoding.Write(a + b) : null;
    }
}

/// <summary>A multiple of a point, at address 7 (EIP-196, priced by EIP-1108).</summary>
sealed class Bn254Multiplication : Precompile
{
    public override string Name => "bn128 multiplication";
    public override long Gas(ReadOnlySpan<byte> input) => 6_000;

    public override byte[]? Run(ReadOnlySpan<byte> input)
    {
        Span<byte> padded = stackalloc byte[96];
        padded.Clear();
        input[..Math.Min(input.Length, 96)].CopyTo(padded);
        return PointEncoding.TryReadG1(padded, out var point) ? PointEncoding.Write(point * UInt256.ReadBigEndian(padded[64..])) : null;
    }
}

/// <summary>Whether a product of pairings is one, at address 8 (EIP-197, priced by EIP-1108).</summary>
sealed class Bn254Pairing : Precompile
{
    const int PairLength = 192;

    public override string Name => "bn128 pairing check";
    public override long Gas(ReadOnlySpan<byte> input) => 45_000 + 34_000L * (input.Length / PairLength);

    public override byte[]? Run(ReadOnlySpan<byte> input)
    {
        if (input.Length % PairLength != 0) return null;
        var pairs = new List<((Fp, Fp), (Fp2, Fp2))>();
        for (; input.Length > 0; input = input[PairLength..])
        {
            if (!PointEncoding.TryReadG1(input, out var p) || !PointEncoding.TryReadG2(input[64..], out var q)) return null;
            if (!p.IsInfinity && !q.IsInfinity) pairs.Add((p.Affine, q.Affine));
        }
        var output = new byte[32];
        if (Pairing.IsProductOne(pairs)) output[31] = 1;
        return output;
    }
}
