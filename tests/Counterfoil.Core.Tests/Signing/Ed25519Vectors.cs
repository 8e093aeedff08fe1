using System.Numerics;
using System.Security.Cryptography;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Signing;

public sealed class Ed25519Vectors
{
    static readonly BigInteger P = BigInteger.Pow(2, 255) - 19, L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    [Theory] // RFC 8032 §7.1, tests 1 to 3
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Rfc_8032_signs_and_verifies_so(string seed, string publicKey, string message, string signature)
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, Convert.FromHexString(seed));
        Assert.Equal(publicKey, Convert.ToHexStringLower(signer.PublicKey.Bytes));
        Assert.Equal(signature, Convert.ToHexStringLower(signer.Sign(Convert.FromHexString(message))));
        Assert.Equal(Verdict.Accept, signer.PublicKey.Verify(Convert.FromHexString(message), Convert.FromHexString(signature)));
    }

    [Fact]
    public void The_same_signature_with_L_added_to_S_is_refused()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("seed"u8));
        var signature = signer.Sign("message"u8);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + L;
        s.ToByteArray(isUnsigned: true).CopyTo(signature, 32);
        Assert.Equal(CoreChecks.SignatureScalar, Refusal(signer.PublicKey.Verify("message"u8, signature)));
    }

    [Theory] // the eight points of small order, and non-canonical spellings of some
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    public void A_key_of_small_order_is_refused(string key) =>
        Assert.Equal(CoreChecks.KeyPoint, Refusal(PublicKey.Decode(SignatureAlgorithm.Ed25519, Convert.FromHexString(key), out _)));

    [Fact]
    public void A_key_outside_the_prime_order_group_is_refused()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("seed"u8));
        var mixed = Edwards.Decode(signer.PublicKey.Bytes).Add(Edwards.OrderFour).Encode();
        Assert.Equal(CoreChecks.KeyPoint, Refusal(PublicKey.Decode(SignatureAlgorithm.Ed25519, mixed, out _)));
    }

    /// <summary>A signer who adds a point of small order to R makes a signature on which verifiers of the RFC disagree: (8·) accepts, without refuses.</summary>
    [Fact]
    public void A_signature_on_which_other_verifiers_disagree_is_refused()
    {
        var seed = SHA256.HashData("a malicious signer"u8);
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, seed);
        var a = SHA512.HashData(seed).AsSpan(0, 32);
        a[0] &= 248;
        a[31] = (byte)(a[31] & 127 | 64);
        BigInteger secret = new(a, isUnsigned: true), nonce = 123456789;
        var mixed = Edwards.Base.Multiply(nonce).Add(Edwards.OrderFour).Encode();
        byte[] hash = SHA512.HashData([.. mixed, .. signer.PublicKey.Bytes, .. "message"u8]);
        var s = (nonce + new BigInteger(hash, isUnsigned: true) * secret) % L;
        var signature = new byte[64];
        mixed.CopyTo(signature, 0);
        s.ToByteArray(isUnsigned: true).CopyTo(signature, 32);
        Assert.Equal(CoreChecks.SignaturePoint, Refusal(signer.PublicKey.Verify("message"u8, signature)));
    }

    /// <summary>The curve in affine coordinates, slow and plain: enough to build what an attacker would.</summary>
    readonly record struct Edwards(BigInteger X, BigInteger Y)
    {
        static readonly BigInteger D = Mod(-121665 * Inverse(121666)), SqrtMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);

        public static Edwards OrderFour => new(SqrtMinusOne, 0);
        public static Edwards Base { get; } = Decode([0x58, .. Enumerable.Repeat((byte)0x66, 31)]);

        public Edwards Add(Edwards q)
        {
            var t = Mod(D * X * q.X % P * Y * q.Y);
            return new(Mod((X * q.Y + Y * q.X) * Inverse(1 + t)), Mod((Y * q.Y + X * q.X) * Inverse(1 - t)));
        }

        public Edwards Multiply(BigInteger scalar)
        {
            var (sum, power) = (new Edwards(0, 1), this);
            for (; scalar > 0; scalar >>= 1, power = power.Add(power))
                if (!scalar.IsEven) sum = sum.Add(power);
            return sum;
        }

        public byte[] Encode()
        {
            var bytes = new byte[32];
            Y.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
            if (!X.IsEven) bytes[31] |= 0x80;
            return bytes;
        }

        public static Edwards Decode(ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            copy[31] &= 0x7f;
            var y = new BigInteger(copy, isUnsigned: true);
            var square = Mod((y * y - 1) * Inverse(D * y * y + 1));
            var x = BigInteger.ModPow(square, (P + 3) / 8, P);
            if (Mod(x * x - square) != 0) x = Mod(x * SqrtMinusOne);
            return new(x.IsEven == bytes[31] < 0x80 ? x : P - x, y);
        }

        static BigInteger Mod(BigInteger v) => (v % P + P) % P;
        static BigInteger Inverse(BigInteger v) => BigInteger.ModPow(Mod(v), P - 2, P);
    }
}
