using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Pseudorandom;

public sealed class VrfTests
{
    [Theory] // RFC 9381 appendix B.1, examples 10 to 12
    [InlineData("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "73616d706c65",
        "035b5c726e8c0e2c488a107c600578ee75cb702343c153cb1eb8dec77f4b5071b4a53f0a46f018bc2c56e58d383f2305e0975972c26feea0eb122fe7893c15af376b33edf7de17c6ea056d4d82de6bc02f",
        "a3ad7b0ef73d8fc6655053ea22f9bede8c743f08bbed3d38821f0e16474b505e")]
    [InlineData("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "74657374",
        "034dac60aba508ba0c01aa9be80377ebd7562c4a52d74722e0abae7dc3080ddb56c19e067b15a8a8174905b13617804534214f935b94c2287f797e393eb0816969d864f37625b443f30f1a5a33f2b3c854",
        "a284f94ceec2ff4b3794629da7cbafa49121972671b466cab4ce170aa365f26d")]
    [InlineData("2ca1411a41b17b24cc8c3b089cfd033f1920202a6c0de8abb97df1498d50d2c8", "03596375e6ce57e0f20294fc46bdfcfd19a39f8161b58695b3ec5b3d16427c274d",
        "4578616d706c65207573696e67204543445341206b65792066726f6d20417070656e646978204c2e342e32206f6620414e53492e58392d36322d32303035",
        "03d03398bf53aa23831d7d1b2937e005fb0062cbefa06796579f2a1fc7e7b8c667d091c00b0f5c3619d10ecea44363b5a599cadc5b2957e223fec62e81f7b4825fc799a771a3d7334b9186bdbee87316b1",
        "90871e06da5caa39a3c61578ebb844de8635e27ac0b13e829997d0d95dd98c19")]
    public void Rfc_9381_proves_and_verifies_so(string secret, string publicKey, string input, string proof, string output)
    {
        using var key = new VrfKey(Convert.FromHexString(secret));
        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.Bytes));
        Assert.Equal(proof, Convert.ToHexStringLower(key.Prove(Convert.FromHexString(input), out var proven)));
        Assert.Equal(output, proven.ToString());
        Assert.Equal(Verdict.Accept, VrfPublicKey.Decode(Convert.FromHexString(publicKey), out var read));
        Assert.Equal(Verdict.Accept, read!.Verify(Convert.FromHexString(input), Convert.FromHexString(proof), out var verified));
        Assert.Equal(output, verified.ToString());
    }

    [Fact]
    public void Any_changed_bit_of_a_proof_is_refused_and_yields_no_output()
    {
        using var key = new VrfKey(SHA256.HashData("key"u8));
        var proof = key.Prove("input"u8, out _);
        Gen.Int[0, proof.Length * 8 - 1].Sample(bit =>
        {
            var forged = proof.ToArray();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            var refusal = Refusal(key.PublicKey.Verify("input"u8, forged, out var output));
            Assert.True(refusal == CoreChecks.VrfProof || refusal == CoreChecks.VrfProofForm);
            Assert.Equal(default, output);
        }, iter: 60);
        Assert.Equal(CoreChecks.VrfProofForm, Refusal(key.PublicKey.Verify("input"u8, proof.AsSpan(1), out _)));
    }

    [Fact]
    public void A_proof_is_for_its_key_and_its_input()
    {
        using var key = new VrfKey(SHA256.HashData("key"u8));
        using var other = new VrfKey(SHA256.HashData("other"u8));
        var proof = key.Prove("input"u8, out _);
        Assert.Equal(CoreChecks.VrfProof, Refusal(other.PublicKey.Verify("input"u8, proof, out _)));
        Assert.Equal(CoreChecks.VrfProof, Refusal(key.PublicKey.Verify("another"u8, proof, out _)));
    }

    /// <summary>s and s + n would be two spellings of one proof.</summary>
    [Fact]
    public void A_scalar_beyond_the_order_is_refused()
    {
        using var key = new VrfKey(SHA256.HashData("key"u8));
        byte[] proof = [.. key.Prove("input"u8, out _)[..49], .. Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")];
        Assert.Equal(CoreChecks.VrfProofForm, Refusal(key.PublicKey.Verify("input"u8, proof, out _)));
    }

    [Theory] // infinity; x without a y; x ≥ p; the uncompressed tag
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("00")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("02ffffffff00000001000000000000000000000001000000000000000000000001")]
    [InlineData("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")]
    public void A_key_that_is_no_point_is_refused(string key)
    {
        Assert.Equal(CoreChecks.VrfKey, Refusal(VrfPublicKey.Decode(Convert.FromHexString(key), out _)));
        Assert.Equal(CoreChecks.VoprfElement, Refusal(VoprfPublicKey.Decode(Convert.FromHexString(key), out _)));
    }

    [Fact]
    public void A_forgotten_key_proves_nothing_more()
    {
        var key = new VrfKey(SHA256.HashData("key"u8));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Prove("input"u8, out _));
        Assert.Throws<ArgumentException>(() => new VrfKey(new byte[32]));
    }
}
