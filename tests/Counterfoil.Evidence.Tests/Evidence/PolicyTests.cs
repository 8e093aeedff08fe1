using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evm;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Evidence.Tests.Evidence;

public sealed class PolicyTests
{
    static readonly Policy Sample = new(
        1, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
        [new TrustedSigner("data", [Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]).PublicKey])],
        ["log.example+01234567+AQ"],
        [new TrustedChain("eip155:31337", [new PinnedBlock(7, Keccak256.Hash("block"u8))], default, [default(Address)], null, [default(Address)])],
        ["urn:counterfoil:settlement:v1"]);

    static Check Refusal(string json)
    {
        var verdict = Policy.Decode(System.Text.Encoding.UTF8.GetBytes(json), out var policy);
        Assert.Null(policy);
        return Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;
    }

    static string Json => System.Text.Encoding.UTF8.GetString(Sample.Encode());

    [Fact]
    public void A_policy_is_read_back_as_it_was_written()
    {
        Assert.True(Policy.Decode(Sample.Encode(), out var policy).IsAccepted);
        Assert.Equal(Json, System.Text.Encoding.UTF8.GetString(policy!.Encode()));
    }

    [Fact]
    public void Keys_are_written_as_people_compare_them() => Assert.Contains("\"log.example+01234567+AQ\"", Json, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":1}")]
    [InlineData("not json")]
    public void What_is_no_policy_is_refused(string json) => Assert.Equal(EvidenceChecks.PolicyEncoding, Refusal(json));

    [Fact]
    public void A_misspelt_member_is_refused_rather_than_ignored() =>
        Assert.Equal(EvidenceChecks.PolicyEncoding, Refusal(Json.Replace("\"requiredLinks\"", "\"requiredLink\"")));

    [Fact]
    public void A_member_that_stands_twice_is_refused() =>
        Assert.Equal(EvidenceChecks.PolicyEncoding, Refusal(Json.Replace("\"version\": 1,", "\"version\": 1, \"version\": 1,")));

    [Fact]
    public void A_list_that_is_null_is_refused() =>
        Assert.Equal(EvidenceChecks.PolicyEncoding, Refusal(Json.Replace("[\n    \"urn:counterfoil:settlement:v1\"\n  ]", "null")));

    [Fact]
    public void A_newer_version_is_refused_by_name() => Assert.Equal(EvidenceChecks.PolicyVersion, Refusal(Json.Replace("\"version\": 1", "\"version\": 2")));

    [Fact]
    public void Depth_is_limited() => Assert.Equal(EvidenceChecks.PolicyEncoding, Refusal(new string('[', 100_000)));

    [Fact]
    public void Mutated_policies_yield_a_verdict_and_never_throw()
    {
        var bytes = Sample.Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var changed = bytes.ToArray();
            foreach (var (at, value) in changes) changed[at] = value;
            Policy.Decode(changed, out _);
        });
    }
}
