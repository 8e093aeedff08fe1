using System.Security.Cryptography;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using CsCheck;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>Signing, verifying and recovering, with BouncyCastle as the independent implementation.</summary>
public sealed class SignatureTests
{
    static readonly ECDomainParameters Curve = new(SecNamedCurves.GetByName("secp256k1"));
    static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[32], Gen.OneOf<byte>(0, 1, 0x7f, 0x80, 0xff).Array[32]);
    static readonly Gen<byte[]> Secret = Bytes.Where(b => Secp256k1PrivateKey.TryCreate(b, out _));

    static BigInteger Java(UInt256 value) => new(1, value.ToBigEndian());

    [Theory] // The deterministic signatures every implementation of secp256k1 with RFC 6979 lists (as in Trezor's and bitcoinjs's fixtures).
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "All those moments will be lost in time, like tears in rain. Time to die...",
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b", "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0", "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    [InlineData("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c", "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea")]
    public void Deterministic_signatures_are_the_published_ones(string secret, string message, string r, string s)
    {
        using var key = new Secp256k1PrivateKey(Convert.FromHexString(secret));
        var signature = key.Sign(new Bytes32(SHA256.HashData(Encoding.UTF8.GetBytes(message))));
        Assert.Equal(r, Convert.ToHexStringLower(signature.R.ToBigEndian()));
        Assert.Equal(s, Convert.ToHexStringLower(signature.S.ToBigEndian()));
    }

    [Theory] // The first two accounts of the mnemonic "test test … junk", which every development chain prints.
    [InlineData("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    [InlineData("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    public void A_private_key_has_its_well_known_address(string secret, string address)
    {
        using var key = new Secp256k1PrivateKey(Convert.FromHexString(secret));
        Assert.Equal(address, key.Address.ToString());
    }

    [Fact]
    public void Signatures_are_bouncycastles_with_s_made_low_and_verify_and_recover() => Gen.Select(Secret, Bytes).Sample((secret, digest) =>
    {
        using var key = new Secp256k1PrivateKey(secret);
        var signature = key.Sign(new Bytes32(digest));

        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Org.BouncyCastle.Crypto.Digests.Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(new BigInteger(1, secret), Curve));
        var expected = signer.GenerateSignature(digest);
        if (expected[1].CompareTo(Curve.N.ShiftRight(1)) > 0) expected[1] = Curve.N.Subtract(expected[1]);
        Assert.Equal((expected[0], expected[1]), (Java(signature.R), Java(signature.S)));

        Assert.Equal(Curve.G.Multiply(new BigInteger(1, secret)).Normalize().GetEncoded(false), key.PublicKey.ToUncompressed());
        Assert.Equal(Verdict.Accept, key.PublicKey.Verify(new Bytes32(digest), signature));
        Assert.Equal(Verdict.Accept, Secp256k1PublicKey.Recover(new Bytes32(digest), signature, out var recovered));
        Assert.Equal(key.PublicKey, recovered);
        Assert.Equal(Verdict.Accept, EcdsaSignature.Decode(signature.ToArray(), out var decoded));
        Assert.Equal(signature, decoded);
    }, iter: 60);

    [Fact]
    public void A_random_signature_recovers_a_key_under_which_bouncycastle_verifies_it() => Gen.Select(Bytes, Bytes, Bytes, Gen.Bool).Sample((digest, r, s, odd) =>
    {
        var signature = new EcdsaSignature(UInt256.ReadBigEndian(r), UInt256.ReadBigEndian(s) >> 2, odd);
        if (!Secp256k1PublicKey.Recover(new Bytes32(digest), signature, out var key).IsAccepted) return;
        Assert.Equal(Verdict.Accept, key.Verify(new Bytes32(digest), signature));
        var verifier = new ECDsaSigner();
        verifier.Init(false, new ECPublicKeyParameters(Curve.Curve.DecodePoint(key.ToCompressed()), Curve));
        Assert.True(verifier.VerifySignature(digest, Java(signature.R), Java(signature.S)));
    }, iter: 60);

    [Fact]
    public void Products_of_two_points_are_bouncycastles_even_where_additions_meet_their_exceptions() =>
        Gen.Select(Bytes, Bytes, Gen.Int[1, 40]).Sample((a, b, k) =>
        {
            // P is a small multiple of G, so that the sums on the way often are equal, opposite or infinite.
            var point = Curve.G.Multiply(BigInteger.ValueOf(k)).Normalize();
            var p = new AffinePoint(new FieldElement(UInt256.ReadBigEndian(point.AffineXCoord.GetEncoded())), new FieldElement(UInt256.ReadBigEndian(point.AffineYCoord.GetEncoded())));
            foreach (var (u, v) in new[] { (a, b), (a, new byte[32]), (new byte[32], b), (Multiple(b, k), b), (Small(a), Small(b)), (new byte[32], new byte[32]) })
            {
                var expected = Curve.G.Multiply(new BigInteger(1, u)).Add(point.Multiply(new BigInteger(1, v))).Normalize();
                var sum = DoubleMultiplication.Multiply(Scalar.Reduce(UInt256.ReadBigEndian(u)), Scalar.Reduce(UInt256.ReadBigEndian(v)), p);
                Assert.Equal(expected.IsInfinity, sum.IsInfinity);
                if (sum.IsInfinity) continue;
                var affine = sum.ToAffine();
                Assert.Equal(expected.AffineXCoord.GetEncoded(), affine.X.Canonical().ToBigEndian());
                Assert.Equal(expected.AffineYCoord.GetEncoded(), affine.Y.Canonical().ToBigEndian());
            }
        }, iter: 20);

    static byte[] Multiple(byte[] b, int k) => (-(Scalar.Reduce(UInt256.ReadBigEndian(b)) * Scalar.Reduce(k))).Value.ToBigEndian();
    static byte[] Small(byte[] b) => new UInt256(b[0]).ToBigEndian();

    [Fact]
    public void A_changed_signature_digest_or_key_does_not_verify() => Gen.Select(Secret, Bytes, Gen.Int[0, 65 * 8 - 1], Gen.Int[0, 255]).Sample((secret, digest, bit, digestBit) =>
    {
        using var key = new Secp256k1PrivateKey(secret);
        var signature = key.Sign(new Bytes32(digest));
        byte[] changed = signature.ToArray();
        changed[bit >> 3] ^= (byte)(1 << (bit & 7));
        Assert.False(EcdsaSignature.Decode(changed, out var other).IsAccepted && key.PublicKey.Verify(new Bytes32(digest), other).IsAccepted);
        byte[] otherDigest = [.. digest];
        otherDigest[digestBit >> 3] ^= (byte)(1 << (digestBit & 7));
        Assert.False(key.PublicKey.Verify(new Bytes32(otherDigest), signature).IsAccepted);
    }, iter: 100);

    [Fact]
    public void The_mirror_image_of_a_signature_is_refused_as_high_s()
    {
        using var key = new Secp256k1PrivateKey(UInt256.One.ToBigEndian());
        var signature = key.Sign(new Bytes32(new byte[32]));
        var mirrored = new EcdsaSignature(signature.R, Scalar.Order - signature.S, !signature.YParity);
        Assert.Equal(EvmChecks.SignatureLowS, Assert.IsType<Verdict.Rejected>(key.PublicKey.Verify(new Bytes32(new byte[32]), mirrored)).Reason.Check);
        Assert.Equal(EvmChecks.SignatureLowS, Assert.IsType<Verdict.Rejected>(EcdsaSignature.Decode(mirrored.ToArray(), out _)).Reason.Check);
    }

    [Fact]
    public void A_signature_is_of_its_signer_and_of_nobody_else()
    {
        using var key = new Secp256k1PrivateKey(UInt256.One.ToBigEndian());
        var digest = Keccak256.Hash("terms"u8);
        var signature = key.Sign(digest);
        Assert.Equal(Verdict.Accept, signature.CheckSigner(digest, key.Address));
        Assert.Equal(EvmChecks.SignatureSigner, Assert.IsType<Verdict.Rejected>(signature.CheckSigner(digest, Address.Zero)).Reason.Check);
        Assert.Equal(EvmChecks.SignatureSigner, Assert.IsType<Verdict.Rejected>(signature.CheckSigner(Keccak256.Hash("other terms"u8), key.Address)).Reason.Check);
        Assert.Equal(EvmChecks.SignatureRange, Assert.IsType<Verdict.Rejected>((signature with { R = 0 }).CheckSigner(digest, key.Address)).Reason.Check);
    }

    [Fact]
    public void A_signature_with_the_other_parity_is_refused()
    {
        using var key = new Secp256k1PrivateKey(UInt256.One.ToBigEndian());
        var signature = key.Sign(new Bytes32(new byte[32]));
        var verdict = key.PublicKey.Verify(new Bytes32(new byte[32]), signature with { YParity = !signature.YParity });
        Assert.Equal(EvmChecks.SignatureValid, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
    }

    [Theory]
    [InlineData("", "public-key.encoding")]
    [InlineData("05000000000000000000000000000000000000000000000000000000000000000001", "public-key.encoding")]
    [InlineData("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30", "public-key.encoding")] // x = p + 1
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005", "public-key.on-curve")]
    [InlineData("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b9", "public-key.on-curve")]
    public void A_public_key_that_is_none_is_refused(string hex, string check) =>
        Assert.Equal(check, Assert.IsType<Verdict.Rejected>(Secp256k1PublicKey.Decode(Convert.FromHexString(hex), out _)).Reason.Check.Id);

    [Fact]
    public void Decoders_of_keys_and_signatures_answer_whatever_the_bytes() => Gen.Byte.Array[0, 70].Sample(bytes =>
    {
        Assert.True(Secp256k1PublicKey.Decode(bytes, out var key).IsAccepted == (key != default));
        Assert.True(EcdsaSignature.Decode(bytes, out var signature).IsAccepted == (signature != default));
    });

    [Fact]
    public void A_key_of_zero_or_of_the_order_is_no_key()
    {
        Assert.False(Secp256k1PrivateKey.TryCreate(new byte[32], out _));
        Assert.False(Secp256k1PrivateKey.TryCreate(Scalar.Order.ToBigEndian(), out _));
        Assert.False(Secp256k1PrivateKey.TryCreate(new byte[31], out _));
        Assert.Throws<ArgumentException>(() => new Secp256k1PrivateKey(new byte[32]));
    }

    [Fact]
    public void A_disposed_key_does_not_sign()
    {
        var key = new Secp256k1PrivateKey(UInt256.One.ToBigEndian());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(new Bytes32(new byte[32])));
    }
}
