using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Tests;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Signing;

public sealed class SigningLaws
{
    static readonly byte[] Seed = SHA256.HashData("a seed"u8);

    public static TheoryData<SignatureAlgorithm> Algorithms => [SignatureAlgorithm.Ed25519, SignatureAlgorithm.P256];

    [Theory, MemberData(nameof(Algorithms))]
    public void What_is_signed_verifies_and_nothing_else_does(SignatureAlgorithm algorithm)
    {
        using var signer = Signer.FromSeed(algorithm, Seed);
        using var other = Signer.FromSeed(algorithm, SHA256.HashData(Seed));
        Gen.Byte.Array[0, 100].Sample(message =>
        {
            var signature = signer.Sign(message);
            Assert.Equal(signature, signer.Sign(message));
            Assert.Equal(Verdict.Accept, signer.PublicKey.Verify(message, signature));
            Assert.Equal(CoreChecks.SignatureEquation, Refusal(signer.PublicKey.Verify([.. message, 0], signature)));
            Assert.Equal(CoreChecks.SignatureEquation, Refusal(other.PublicKey.Verify(message, signature)));
            Assert.Equal(CoreChecks.SignatureLength, Refusal(signer.PublicKey.Verify(message, signature.AsSpan(1))));
        }, iter: 20, threads: 1);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void Every_flipped_bit_of_a_signature_is_refused(SignatureAlgorithm algorithm)
    {
        using var signer = Signer.FromSeed(algorithm, Seed);
        var signature = signer.Sign("message"u8);
        for (int bit = 0; bit < 512; bit += 3)
        {
            var damaged = (byte[])signature.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.NotNull(Refusal(signer.PublicKey.Verify("message"u8, damaged)));
        }
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void A_key_reads_back_from_each_of_its_forms(SignatureAlgorithm algorithm)
    {
        using var signer = Signer.FromSeed(algorithm, Seed);
        var key = signer.PublicKey;
        Assert.Equal(Verdict.Accept, PublicKey.Parse(key.ToString(), out var parsed));
        Assert.Equal(Verdict.Accept, PublicKey.FromPem(key.ToPem(), out var pem));
        Assert.Equal(Verdict.Accept, PublicKey.Decode(algorithm, key.Bytes, out var decoded));
        Assert.True(key == parsed && key == pem && key == decoded && key.KeyId == pem!.KeyId);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(key.ToSubjectPublicKeyInfo())), key.KeyId.ToString());
        Assert.True(KeyId.TryParse(key.KeyId.ToString(), out var id) && id == key.KeyId);
        Assert.False(KeyId.TryParse("0x" + key.KeyId, out _) || KeyId.TryParse(key.KeyId.ToString().ToUpperInvariant(), out _));
    }

    [Fact]
    public void Any_text_given_for_a_key_gets_a_verdict()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.P256, Seed);
        string[] whole = [signer.PublicKey.ToString(), signer.PublicKey.ToPem()];
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 300], Gen.Char, Gen.String).Sample((form, at, c, any) =>
        {
            at %= whole[form].Length;
            string damaged = whole[form][..at] + c + whole[form][(at + 1)..];
            Assert.True(PublicKey.Parse(damaged, out var key).IsAccepted == (key is not null));
            Assert.True(PublicKey.FromPem(damaged, out key).IsAccepted == (key is not null));
            Assert.NotNull(Refusal(PublicKey.Parse(any, out _)));
            Assert.NotNull(Refusal(PublicKey.FromPem(any, out _)));
            Assert.NotNull(Refusal(PublicKey.Parse("p256:" + any, out _)));
            Assert.NotNull(Refusal(PublicKey.FromSubjectPublicKeyInfo(System.Text.Encoding.UTF8.GetBytes(any), out _)));
        });
        Assert.NotNull(Refusal(PublicKey.Parse(null, out _)));
        Assert.NotNull(Refusal(PublicKey.FromPem(whole[1] + whole[1], out _)));
    }

    [Fact]
    public void A_second_spelling_of_a_key_is_refused()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.P256, Seed);
        var hybrid = signer.PublicKey.Bytes.ToArray();
        hybrid[0] = (byte)(6 + (hybrid[64] & 1));
        Assert.Equal(CoreChecks.KeyEncoding, Refusal(PublicKey.Decode(SignatureAlgorithm.P256, hybrid, out _)));
        Assert.Equal(CoreChecks.KeyEncoding, Refusal(PublicKey.Parse(signer.PublicKey + "\n", out _)));
        Assert.Equal(CoreChecks.KeyEncoding, Refusal(PublicKey.Parse("ed25519:" + Convert.ToBase64String(new byte[33]), out _)));
        Assert.Equal(CoreChecks.KeyPoint, Refusal(PublicKey.Decode(SignatureAlgorithm.P256, [4, .. new byte[64]], out _)));
    }

    [Fact]
    public void A_disposed_signer_signs_nothing_and_a_signer_never_shows_its_secret()
    {
        var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, Seed);
        Assert.DoesNotContain(Convert.ToBase64String(Seed), signer.ToString(), StringComparison.Ordinal);
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.Sign("message"u8));
        var outOfRange = Enumerable.Repeat((byte)0xff, 32).ToArray();
        Assert.False(Signer.IsSeed(SignatureAlgorithm.P256, outOfRange) || Signer.IsSeed(SignatureAlgorithm.P256, new byte[32]));
        Assert.DoesNotContain("ff", Assert.Throws<ArgumentException>(() => Signer.FromSeed(SignatureAlgorithm.P256, outOfRange)).Message, StringComparison.Ordinal);
    }

}

public sealed class P256Vectors
{
    static readonly BigInteger Order = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);

    /// <summary>
    /// Project Wycheproof (dac1dd47), P1363 encoding. One rule of ours is stricter: s must be low. A vector that is valid but for a high s must be
    /// refused by that check, and its low twin accepted.
    /// </summary>
    [Fact]
    public void Wycheproof_is_judged_as_its_authors_say_except_that_high_s_is_refused()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Surroundings.Testdata("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json")));
        int valid = 0, high = 0, invalid = 0;
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            Assert.Equal(Verdict.Accept, PublicKey.FromPem(group.GetProperty("publicKeyPem").GetString(), out var key));
            Assert.Equal(group.GetProperty("publicKeyDer").GetString(), Convert.ToHexStringLower(key!.ToSubjectPublicKeyInfo()));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                byte[] message = Convert.FromHexString(test.GetProperty("msg").GetString()!), signature = Convert.FromHexString(test.GetProperty("sig").GetString()!);
                var verdict = key.Verify(message, signature);
                string about = $"{test.GetProperty("tcId")}: {verdict}";
                if (test.GetProperty("result").GetString() != "valid")
                {
                    Assert.True(Refusal(verdict) is not null, about);
                    invalid++;
                }
                else if (Refusal(verdict) == CoreChecks.SignatureLowS)
                {
                    var s = Order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
                    signature.AsSpan(32).Clear();
                    s.ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(signature, 64 - s.GetByteCount(isUnsigned: true));
                    Assert.Equal(Verdict.Accept, key.Verify(message, signature));
                    high++;
                }
                else
                {
                    Assert.True(verdict.IsAccepted, about);
                    valid++;
                }
            }
        }
        Assert.Equal(file.RootElement.GetProperty("numberOfTests").GetInt32(), valid + high + invalid);
        Assert.True(valid > 50 && high > 20 && invalid > 60, $"{valid} valid, {high} high, {invalid} invalid");
    }

    [Fact]
    public void The_deterministic_signature_is_that_of_rfc_6979_with_s_made_low()
    {
        // RFC 6979 §A.2.5, SHA-256, message "sample".
        var d = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        var s = BigInteger.Parse("0F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8", System.Globalization.NumberStyles.HexNumber);
        using var signer = Signer.FromSeed(SignatureAlgorithm.P256, d);
        Assert.Equal(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" + Convert.ToHexStringLower((Order - s).ToByteArray(isUnsigned: true, isBigEndian: true)),
            Convert.ToHexStringLower(signer.Sign("sample"u8)));
    }

    [Fact]
    public void The_runtime_verifies_our_signatures_and_we_verify_its_low_ones()
    {
        using var theirs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var d = theirs.ExportParameters(true).D!;
        using var signer = Signer.FromSeed(SignatureAlgorithm.P256, d);
        Assert.Equal(theirs.ExportSubjectPublicKeyInfo(), signer.PublicKey.ToSubjectPublicKeyInfo());
        Assert.True(theirs.VerifyData("message"u8, signer.Sign("message"u8), HashAlgorithmName.SHA256));
        var verdict = signer.PublicKey.Verify("message"u8, theirs.SignData("message"u8, HashAlgorithmName.SHA256));
        Assert.True(verdict.IsAccepted || Refusal(verdict) == CoreChecks.SignatureLowS, verdict.ToString());
    }
}
