using System.Security.Cryptography;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>C2SP/wycheproof. Only r, s and the parity are a signature here, so DER is read by the test, strictly.</summary>
public sealed class WycheproofTests
{
    static readonly UInt256 N = Scalar.Order;

    [Theory]
    [InlineData("managed"), InlineData("native")]
    public void The_low_s_file_is_answered_as_it_says(string backend) => Run(Backends.Of(backend), "ecdsa_secp256k1_sha256_bitcoin_test.json", TryReadDer, 463, highS: 0);

    [Theory]
    [InlineData("managed"), InlineData("native")]
    public void The_file_of_der_signatures_is_answered_as_it_says_with_high_s_refused(string backend) => Run(Backends.Of(backend), "ecdsa_secp256k1_sha256_test.json", TryReadDer, 476, highS: 72);

    [Theory]
    [InlineData("managed"), InlineData("native")]
    public void The_file_of_raw_signatures_is_answered_as_it_says_with_high_s_refused(string backend) => Run(Backends.Of(backend), "ecdsa_secp256k1_sha256_p1363_test.json", TryReadRaw, 252, highS: 72);

    delegate bool Read(byte[] bytes, out UInt256 r, out UInt256 s);

    static void Run(ISecp256k1 by, string file, Read read, int cases, int highS)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Surroundings.Testdata($"wycheproof/{file}")));
        int count = 0, high = 0;
        foreach (var group in json.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            byte[] point = Convert.FromHexString(group.GetProperty("publicKey").GetProperty("uncompressed").GetString()!);
            Assert.Equal(Verdict.Accept, Secp256k1PublicKey.Decode(point, out var key));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                count++;
                var digest = new Bytes32(SHA256.HashData(Convert.FromHexString(test.GetProperty("msg").GetString()!)));
                bool valid = test.GetProperty("result").GetString() == "valid";
                string name = $"{file} {test.GetProperty("tcId")}: {test.GetProperty("comment")}";
                if (!read(Convert.FromHexString(test.GetProperty("sig").GetString()!), out var r, out var s))
                {
                    Assert.False(valid, name);
                    continue;
                }
                if (valid && s > N >> 1)
                {
                    high++;
                    Assert.Equal(EvmChecks.SignatureLowS, Assert.IsType<Verdict.Rejected>(key.Verify(by, digest, new EcdsaSignature(r, s, false))).Reason.Check);
                    s = N - s;
                }
                bool[] accepted = [key.Verify(by, digest, new EcdsaSignature(r, s, false)).IsAccepted, key.Verify(by, digest, new EcdsaSignature(r, s, true)).IsAccepted];
                Assert.True(accepted.Count(a => a) == (valid ? 1 : 0), name);
                for (int parity = 0; parity < 2; parity++)
                {
                    var verdict = Secp256k1PublicKey.Recover(by, digest, new EcdsaSignature(r, s, parity == 1), out var recovered);
                    if (accepted[parity] && r < FieldElement.Modulus - N) continue; // x may be r + n, which has no place in Ethereum's form
                    Assert.True((verdict.IsAccepted && recovered == key) == accepted[parity], name);
                }
            }
        }
        Assert.Equal(cases, count);
        Assert.Equal(highS, high);
    }

    static bool TryReadRaw(byte[] bytes, out UInt256 r, out UInt256 s)
    {
        (r, s) = (default, default);
        if (bytes.Length != 64) return false;
        (r, s) = (UInt256.ReadBigEndian(bytes.AsSpan(0, 32)), UInt256.ReadBigEndian(bytes.AsSpan(32)));
        return true;
    }

    static bool TryReadDer(byte[] bytes, out UInt256 r, out UInt256 s)
    {
        (r, s) = (default, default);
        if (bytes.Length < 2 || bytes[0] != 0x30 || bytes[1] != bytes.Length - 2) return false;
        var rest = bytes.AsSpan(2);
        return TryReadInteger(ref rest, out r) && TryReadInteger(ref rest, out s) && rest.IsEmpty;
    }

    static bool TryReadInteger(ref Span<byte> rest, out UInt256 value)
    {
        value = default;
        if (rest.Length < 3 || rest[0] != 2 || rest[1] > rest.Length - 2 || rest[1] == 0) return false;
        var digits = rest.Slice(2, rest[1]);
        rest = rest[(2 + rest[1])..];
        if (digits[0] >= 0x80 || (digits.Length > 1 && digits[0] == 0 && digits[1] < 0x80)) return false;
        if (digits[0] == 0) digits = digits[1..];
        if (digits.Length > 32) return false;
        value = UInt256.ReadBigEndian(digits);
        return true;
    }
}
