using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>A public key on secp256k1: a point of the curve. Get one by decoding, by recovering, or from a private key; those check that it is on the curve.</summary>
public readonly record struct Secp256k1PublicKey
{
    internal Secp256k1PublicKey(UInt256 x, UInt256 y) => (X, Y) = (x, y);

    /// <summary>The x coordinate, below p.</summary>
    public UInt256 X { get; }
    /// <summary>The y coordinate, below p.</summary>
    public UInt256 Y { get; }

    AffinePoint Point => new(new FieldElement(X), new FieldElement(Y));

    /// <summary>The account of this key.</summary>
    public Address Address
    {
        get
        {
            Span<byte> coordinates = stackalloc byte[64];
            X.WriteBigEndian(coordinates);
            Y.WriteBigEndian(coordinates[32..]);
            return Address.FromPublicKey(coordinates);
        }
    }

    /// <summary>Reads SEC 1 §2.3.4 from a stranger: 33 bytes compressed or 65 uncompressed, coordinates below p, on the curve.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out Secp256k1PublicKey key)
    {
        key = default;
        bool compressed = bytes.Length == 33 && bytes[0] is 2 or 3, uncompressed = bytes.Length == 65 && bytes[0] == 4;
        if (!compressed && !uncompressed)
            return Verdict.Reject(EvmChecks.PublicKeyEncoding, "33 bytes from 02 or 03, or 65 from 04", bytes.IsEmpty ? "nothing" : $"{bytes.Length} from {bytes[0]:x2}");
        var x = UInt256.ReadBigEndian(bytes[1..33]);
        var y = uncompressed ? UInt256.ReadBigEndian(bytes[33..]) : default;
        if (x >= FieldElement.Modulus || y >= FieldElement.Modulus) return Verdict.Reject(EvmChecks.PublicKeyEncoding, "coordinates below p", "a greater one");
        var point = new AffinePoint(new FieldElement(x), new FieldElement(y));
        if (compressed ? !AffinePoint.TryLift(new FieldElement(x), bytes[0] == 3, out point) : !point.IsOnCurve)
            return Verdict.Reject(EvmChecks.PublicKeyOnCurve, "a point of secp256k1", $"x = {x.ToHex()}");
        key = new Secp256k1PublicKey(x, point.Y.Canonical());
        return Verdict.Accept;
    }

    /// <summary>SEC 1 compressed: 33 bytes.</summary>
    public byte[] ToCompressed() => [(byte)(2 | (Y.U0 & 1)), .. X.ToBigEndian()];

    /// <summary>SEC 1 uncompressed: 65 bytes.</summary>
    public byte[] ToUncompressed() => [4, .. X.ToBigEndian(), .. Y.ToBigEndian()];

    /// <summary>Verifies a signature of a Keccak-256 digest.</summary>
    public Verdict Verify(Keccak256Digest digest, EcdsaSignature signature) => Verify(digest.Value, signature);

    /// <summary>Verifies a signature of a 256-bit digest: ranges, low S, the equation, and the parity, which would otherwise be a free bit.</summary>
    public Verdict Verify(Bytes32 digest, EcdsaSignature signature)
    {
        if (signature.CheckRange() is Verdict.Rejected outOfRange) return outOfRange;
        if (!Point.IsOnCurve) return Verdict.Reject(EvmChecks.PublicKeyOnCurve, "a point of secp256k1", "no key");
        var w = Scalar.Reduce(signature.S).PublicInverse();
        var r = Scalar.Reduce(signature.R);
        var sum = DoubleMultiplication.Multiply(Integer(digest) * w, r * w, Point);
        if (sum.IsInfinity) return Verdict.Reject(EvmChecks.SignatureValid, "a signature by this key", "one whose point is infinity");
        var point = sum.ToAffine();
        return Scalar.Reduce(point.X.Canonical()).Value == signature.R && point.Y.IsOdd == signature.YParity
            ? Verdict.Accept
            : Verdict.Reject(EvmChecks.SignatureValid, $"a signature by {Address}", "one that does not verify");
    }

    /// <summary>Recovers the key that signed a Keccak-256 digest.</summary>
    public static Verdict Recover(Keccak256Digest digest, EcdsaSignature signature, out Secp256k1PublicKey key) => Recover(digest.Value, signature, out key);

    /// <summary>Recovers the key that signed a 256-bit digest (SEC 1 §4.1.6, with x = r alone): some key for almost every signature, so compare it with the one expected.</summary>
    public static Verdict Recover(Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key)
    {
        key = default;
        if (signature.CheckRange() is Verdict.Rejected outOfRange) return outOfRange;
        if (!AffinePoint.TryLift(new FieldElement(signature.R), signature.YParity, out var nonce))
            return Verdict.Reject(EvmChecks.SignatureRecovery, "r as the x of a point", signature.R.ToHex());
        var inverse = Scalar.Reduce(signature.R).PublicInverse();
        var sum = DoubleMultiplication.Multiply(-(Integer(digest) * inverse), Scalar.Reduce(signature.S) * inverse, nonce);
        if (sum.IsInfinity) return Verdict.Reject(EvmChecks.SignatureRecovery, "a public key", "the point at infinity");
        var point = sum.ToAffine();
        key = new Secp256k1PublicKey(point.X.Canonical(), point.Y.Canonical());
        return Verdict.Accept;
    }

    static Scalar Integer(Bytes32 digest)
    {
        Span<byte> bytes = stackalloc byte[32];
        digest.CopyTo(bytes);
        return Scalar.Reduce(UInt256.ReadBigEndian(bytes));
    }
}
