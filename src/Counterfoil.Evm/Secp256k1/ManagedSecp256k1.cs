using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>secp256k1 in managed code: everywhere, WebAssembly included.</summary>
/// <remarks>
/// No branch and no memory address depends on a secret or a nonce: complete addition formulas, tables read whole, inversion by Fermat, carries and masks by arithmetic. Shown by reading, and
/// by a statistical test of its timing (fixed secrets against random ones, with a variable-time inversion as the control that the test must catch).
/// What .NET does not give: a promise that the JIT keeps masks free of branches, and that multiplication takes the same time on every processor. Copies of secrets that the
/// work leaves on the stack are overwritten when it ends; registers are not.
/// </remarks>
public sealed class ManagedSecp256k1 : ISecp256k1
{
    // Deeper than anything that signing calls; the frames below a call are dead once it returned.
    const int StackToErase = 8 << 10;

    ManagedSecp256k1() { }

    /// <summary>The one there is: it has no state.</summary>
    public static ManagedSecp256k1 Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "managed code";

    /// <inheritdoc/>
    public Secp256k1PublicKey PublicKeyOf(ReadOnlySpan<byte> secret)
    {
        var key = Multiply(secret);
        EraseStack();
        return key;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Secp256k1PublicKey Multiply(ReadOnlySpan<byte> secret)
    {
        var point = GeneratorMultiplication.Multiply(Scalar.Reduce(UInt256.ReadBigEndian(secret))).ToAffine();
        return new Secp256k1PublicKey(point.X.Canonical(), point.Y.Canonical());
    }

    /// <inheritdoc/>
    public EcdsaSignature Sign(ReadOnlySpan<byte> secret, Bytes32 digest)
    {
        var signature = SignOnce(secret, Integer(digest));
        EraseStack();
        return signature;
    }

    // SEC 1 §4.1.3
    [MethodImpl(MethodImplOptions.NoInlining)]
    static EcdsaSignature SignOnce(ReadOnlySpan<byte> secret, Scalar z)
    {
        var d = Scalar.Reduce(UInt256.ReadBigEndian(secret));
        var nonces = new DeterministicNonce(secret, z);
        try
        {
            while (true)
            {
                var k = nonces.Next();
                var point = GeneratorMultiplication.Multiply(k).ToAffine();
                var x = point.X.Canonical();
                var r = Scalar.Reduce(x);
                var s = k.Inverse() * (z + r * d);
                // x ≥ n happens once in 2^128 and has no place in Ethereum's one bit of parity.
                if (r.IsZero || s.IsZero || x >= Scalar.Order)
                {
                    nonces.Reject();
                    continue;
                }
                ulong high = s.IsHighMask;
                return new EcdsaSignature(r.Value, Scalar.Select(high, s, -s).Value, point.Y.IsOdd ^ high != 0);
            }
        }
        finally
        {
            nonces.Clear();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void EraseStack()
    {
        Span<byte> frames = stackalloc byte[StackToErase];
        CryptographicOperations.ZeroMemory(frames);
    }

    /// <inheritdoc/>
    public bool Verify(Secp256k1PublicKey key, Bytes32 digest, EcdsaSignature signature)
    {
        if (!key.Point.IsOnCurve) return false;
        var w = Scalar.Reduce(signature.S).PublicInverse();
        var r = Scalar.Reduce(signature.R);
        var sum = DoubleMultiplication.Multiply(Integer(digest) * w, r * w, key.Point);
        if (sum.IsInfinity) return false;
        var point = sum.ToAffine();
        return Scalar.Reduce(point.X.Canonical()).Value == signature.R && point.Y.IsOdd == signature.YParity;
    }

    /// <inheritdoc/>
    public bool TryRecover(Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key)
    {
        key = default;
        if (!AffinePoint.TryLift(new FieldElement(signature.R), signature.YParity, out var nonce)) return false;
        var inverse = Scalar.Reduce(signature.R).PublicInverse();
        var sum = DoubleMultiplication.Multiply(-(Integer(digest) * inverse), Scalar.Reduce(signature.S) * inverse, nonce);
        if (sum.IsInfinity) return false;
        var point = sum.ToAffine();
        key = new Secp256k1PublicKey(point.X.Canonical(), point.Y.Canonical());
        return true;
    }

    /// <summary>A digest as the integer modulo n that is signed.</summary>
    static Scalar Integer(Bytes32 digest)
    {
        Span<byte> bytes = stackalloc byte[32];
        digest.CopyTo(bytes);
        return Scalar.Reduce(UInt256.ReadBigEndian(bytes));
    }
}
