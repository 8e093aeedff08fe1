using System.Security.Cryptography;
using System.Text;
using Counterfoil.Chain.Secp256k1;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>Managed code and libsecp256k1 give the same answers, to the bit, on what is random and on what is rare. <c>COUNTERFOIL_CAMPAIGN=1</c> tries a million cases of each.</summary>
public sealed class BackendTests
{
    static readonly int Cases = Surroundings.IsCampaign ? 1_000_000 : 100;
    static readonly UInt256 N = Scalar.Order, P = FieldElement.Modulus;

    // What arithmetic modulo n or p gets wrong, if anything: both ends, both halves, and what lies between n and p.
    static readonly UInt256[] Edges = [0, 1, 2, 3, N - 2, N - 1, N, N + 1, (N - 1) >> 1, ((N - 1) >> 1) + 1, P - N - 1, P - N, P - 1, P, P + 1, UInt256.Zero - 1, UInt256.One << 128, UInt256.One << 255];
    static readonly Gen<UInt256> Word = Gen.Frequency((6, Gen.Byte.Array[32].Select(b => UInt256.ReadBigEndian(b))), (1, Gen.Int[0, Edges.Length - 1].Select(i => Edges[i])), (1, Gen.Int[0, 255].Select(i => UInt256.One << i)));
    static readonly Gen<UInt256> Secret = Word.Select(w => w.IsZero || w >= N ? (w.IsZero ? 1 : w >= N && (w - N).IsZero ? 2 : w - N) : w);

    static ManagedSecp256k1 Managed => ManagedSecp256k1.Instance;

    static Bytes32 Digest(UInt256 value) => new(value.ToBigEndian());

    static void Agree(ISecp256k1 native, Secp256k1PublicKey key, Bytes32 digest, EcdsaSignature signature)
    {
        Assert.Equal(key.Verify(Managed, digest, signature), key.Verify(native, digest, signature));
        Assert.Equal(Secp256k1PublicKey.Recover(Managed, digest, signature, out var ours), Secp256k1PublicKey.Recover(native, digest, signature, out var theirs));
        Assert.Equal(ours, theirs);
    }

    [Fact]
    public void Both_sign_alike_and_take_what_the_other_signed()
    {
        var native = Backends.Native;
        Gen.Select(Secret, Word, Gen.Int[0, 511]).Sample((secret, digest, bit) =>
        {
            byte[] bytes = secret.ToBigEndian();
            var (key, signature) = (Managed.PublicKeyOf(bytes), Managed.Sign(bytes, Digest(digest)));
            Assert.Equal(key, native.PublicKeyOf(bytes));
            Assert.Equal(signature, native.Sign(bytes, Digest(digest)));
            Assert.True(native.Verify(key, Digest(digest), signature) && Managed.Verify(key, Digest(digest), signature));
            // One bit of r or s changed: both say the same of it, whatever it is.
            var changed = bit < 256 ? signature with { R = signature.R ^ (UInt256.One << bit) } : signature with { S = signature.S ^ (UInt256.One << (bit - 256)) };
            Agree(native, key, Digest(digest), changed);
        }, iter: Cases);
    }

    [Fact]
    public void Both_answer_alike_to_signatures_that_nobody_made()
    {
        var native = Backends.Native;
        Gen.Select(Word, Word, Word, Word, Gen.Bool, Secret).Sample((digest, r, s, y, odd, secret) =>
        {
            var signature = new EcdsaSignature(r, s > N >> 1 ? s >> 1 : s, odd);
            Agree(native, Managed.PublicKeyOf(secret.ToBigEndian()), Digest(digest), signature);
            Agree(native, Managed.PublicKeyOf(secret.ToBigEndian()), Digest(digest), new EcdsaSignature(r, s, odd));
            Agree(native, new Secp256k1PublicKey(r, y), Digest(digest), signature); // hardly ever a point
        }, iter: Cases);
    }

    [Fact]
    public void Both_refuse_where_the_point_is_infinity()
    {
        var native = Backends.Native;
        Gen.Select(Secret, Secret, Gen.Bool).Sample((k, s, odd) =>
        {
            // s·R = z·G for z = s·k: the key that signed would be the point at infinity.
            var nonce = Managed.PublicKeyOf(k.ToBigEndian());
            var low = Scalar.Select(Scalar.Reduce(s).IsHighMask, Scalar.Reduce(s), -Scalar.Reduce(s));
            var r = Scalar.Reduce(nonce.X).Value;
            var z = low * Scalar.Reduce(k);
            var signature = new EcdsaSignature(r, low.Value, (nonce.Y.U0 & 1) != 0);
            Assert.Equal(nonce.X >= N, Managed.TryRecover(Digest(z.Value), signature, out _));
            Agree(native, nonce, Digest(z.Value), signature);
            // z = −r·d: the sum that is verified is infinity.
            Agree(native, nonce, Digest((-(Scalar.Reduce(r) * Scalar.Reduce(k))).Value), signature with { YParity = odd });
            Assert.False(Managed.Verify(nonce, Digest((-(Scalar.Reduce(r) * Scalar.Reduce(k))).Value), signature));
        }, iter: Math.Min(Cases, 100_000));
    }

    [Fact]
    public void Both_verify_a_nonce_whose_x_is_past_the_order_and_recover_none_from_it()
    {
        var native = Backends.Native;
        int found = 0;
        for (ulong small = 1; found < 20; small++)
            foreach (bool odd in new[] { false, true })
            {
                // R has x = n + small: recovery id 2 or 3, for which Ethereum's form has no place.
                if (!AffinePoint.TryLift(new FieldElement(N + small), odd, out var nonce)) continue;
                found++;
                Scalar r = Scalar.Reduce(small), s = Scalar.Reduce(Keccak256.Hash(BitConverter.GetBytes(small)).Value is var w ? UInt256.ReadBigEndian(w.ToArray()) >> 2 : default), z = Scalar.Reduce(77);
                var q = DoubleMultiplication.Multiply(-(z * r.PublicInverse()), s * r.PublicInverse(), nonce).ToAffine();
                var key = new Secp256k1PublicKey(q.X.Canonical(), q.Y.Canonical());
                var signature = new EcdsaSignature(r.Value, s.Value, odd);
                Assert.True(Managed.Verify(key, Digest(77), signature) && native.Verify(key, Digest(77), signature));
                Assert.False(native.Verify(key, Digest(77), signature with { YParity = !odd }));
                Assert.False(Managed.TryRecover(Digest(77), signature, out var recovered) && recovered == key);
                Agree(native, key, Digest(77), signature);
            }
    }

    [Theory]
    [InlineData("managed"), InlineData("native")]
    public void Both_give_the_published_deterministic_signature(string backend)
    {
        var signature = Backends.Of(backend).Sign(UInt256.One.ToBigEndian(), new Bytes32(SHA256.HashData(Encoding.UTF8.GetBytes("Satoshi Nakamoto"))));
        Assert.Equal("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", Convert.ToHexStringLower(signature.R.ToBigEndian()));
        Assert.Equal("2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5", Convert.ToHexStringLower(signature.S.ToBigEndian()));
    }

    [Fact]
    public void The_library_makes_no_key_of_zero_of_the_order_or_of_another_length()
    {
        var native = Backends.Native;
        foreach (byte[] bytes in new[] { new byte[32], N.ToBigEndian(), (N + 1).ToBigEndian(), (UInt256.Zero - 1).ToBigEndian(), new byte[31], [.. UInt256.One.ToBigEndian(), 0], [] })
        {
            Assert.Throws<ArgumentException>(() => native.PublicKeyOf(bytes));
            Assert.Throws<ArgumentException>(() => native.Sign(bytes, default));
        }
    }

    [Fact]
    public void A_host_that_wants_what_it_cannot_have_is_told()
    {
        var before = Secp256k1Backend.Current;
        try
        {
            Assert.Contains("'best'", Assert.Throws<NotSupportedException>(() => Secp256k1Choice.Choose("best")).Message, StringComparison.Ordinal);
            Assert.Same(before, Secp256k1Backend.Current);
            Secp256k1Choice.Choose("managed");
            Assert.Same(ManagedSecp256k1.Instance, Secp256k1Backend.Current);
            Secp256k1Choice.Choose(null);
            Assert.Same(LibSecp256k1.TryLoad(out var library, out _) ? library : ManagedSecp256k1.Instance, Secp256k1Backend.Current);
            if (library is null) Assert.Contains("native", Assert.Throws<NotSupportedException>(() => Secp256k1Choice.Choose("native")).Message, StringComparison.Ordinal);
        }
        finally
        {
            Secp256k1Backend.Choose(() => before);
        }
    }
}
