using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>A public key on secp256k1: a point of the curve. Get one by decoding, by recovering, or from a private key; those check that it is on the curve.</summary>
public readonly record struct Secp256k1PublicKey
{
    internal Secp256k1PublicKey(UInt256 x, UInt256 y) => (X, Y) = (x, y);

    /// <summary>Reads 64 bytes, x ‖ y, from an implementation that made sure of the point.</summary>
    public static Secp256k1PublicKey FromTrusted(ReadOnlySpan<byte> coordinates) => new(UInt256.ReadBigEndian(coordinates[..32]), UInt256.ReadBigEndian(coordinates[32..64]));

    /// <summary>The x coordinate, below p.</summary>
    public UInt256 X { get; }
    /// <summary>The y coordinate, below p.</summary>
    public UInt256 Y { get; }

    internal AffinePoint Point => new(new FieldElement(X), new FieldElement(Y));

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
    public Verdict Verify(Bytes32 digest, EcdsaSignature signature) => Verify(Secp256k1Backend.Current, digest, signature);

    internal Verdict Verify(ISecp256k1 by, Bytes32 digest, EcdsaSignature signature)
    {
        if (signature.CheckRange() is Verdict.Rejected outOfRange) return outOfRange;
        return by.Verify(this, digest, signature) ? Verdict.Accept
            : Point.IsOnCurve ? Verdict.Reject(EvmChecks.SignatureValid, $"a signature by {Address}", "one that does not verify")
            : Verdict.Reject(EvmChecks.PublicKeyOnCurve, "a point of secp256k1", "no key");
    }

    /// <summary>Recovers the key that signed a Keccak-256 digest.</summary>
    public static Verdict Recover(Keccak256Digest digest, EcdsaSignature signature, out Secp256k1PublicKey key) => Recover(digest.Value, signature, out key);

    /// <summary>Recovers the key that signed a 256-bit digest (SEC 1 §4.1.6, with x = r alone): some key for almost every signature, so compare it with the one expected.</summary>
    public static Verdict Recover(Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key) => Recover(Secp256k1Backend.Current, digest, signature, out key);

    internal static Verdict Recover(ISecp256k1 by, Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key)
    {
        key = default;
        if (signature.CheckRange() is Verdict.Rejected outOfRange) return outOfRange;
        return by.TryRecover(digest, signature, out key) ? Verdict.Accept
            : Verdict.Reject(EvmChecks.SignatureRecovery, "a key that can have signed", $"r = {signature.R.ToHex()}, which is no x of a point, or gives the point at infinity");
    }
}
