using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Predicates;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Evidence.Tests.Evidence;

/// <summary>The bundle's one encoding. What a bundle says is judged elsewhere; here it is only whether it can be read.</summary>
public sealed class BundleTests
{
    static readonly Signer Data = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);

    static DatasetCommitment Commitment(string name) => new(
        name, "idx-labelled/v1", 3, 9, Sha256.Hash("ordered"u8), Sha256.Hash("sorted"u8), "MIT", [], "counterfoil 0.1.0", DateTimeOffset.UnixEpoch);

    static Bundle Small() => new(
        [Data.PublicKey],
        new BundledLog("log", [new BundledCheckpoint("note"u8.ToArray(), [])]),
        [
            new BundledLink(LinkStatement.Sign("a", Commitment("a"), Data), 0, 0, [Sha256.Hash("path"u8)]),
            new BundledLink(LinkStatement.Sign("b", Commitment("b"), Data), 0, 1, []),
        ],
        [new BundledChain("eip155:1", [new byte[] { 1 }, new byte[] { 2 }], [new BundledReceipt(1, 0, [new byte[] { 3 }], [new byte[] { 4 }])])],
        [.. new ReadOnlyMemory<byte>[] { "one"u8.ToArray(), "two"u8.ToArray() }.OrderBy(b => Sha256.Hash(b.Span))]);

    static Check Refusal(ReadOnlyMemory<byte> bytes) => Assert.IsType<Verdict.Rejected>(Bundle.Decode(bytes, out _)).Reason.Check;

    [Fact]
    public void A_bundle_is_read_back_as_it_was_written()
    {
        var bytes = Small().Encode();
        Assert.True(Bundle.Decode(bytes, out var bundle).IsAccepted);
        Assert.Equal(bytes, bundle!.Encode());
    }

    [Fact]
    public void Links_out_of_log_order_are_refused()
    {
        var bundle = Small();
        Assert.Equal(EvidenceChecks.BundleOrder, Refusal((bundle with { Links = [bundle.Links[1], bundle.Links[0]] }).Encode()));
    }

    [Fact]
    public void A_blob_that_stands_twice_is_refused()
    {
        var bundle = Small();
        Assert.Equal(EvidenceChecks.BundleOrder, Refusal((bundle with { Blobs = [bundle.Blobs[0], bundle.Blobs[0]] }).Encode()));
    }

    [Fact]
    public void A_receipt_under_a_header_that_is_not_there_is_refused()
    {
        var bundle = Small();
        var chain = bundle.Chains[0] with { Receipts = [bundle.Chains[0].Receipts[0] with { Header = 2 }] };
        Assert.Equal(EvidenceChecks.BundleOrder, Refusal((bundle with { Chains = [chain] }).Encode()));
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        var bytes = Small().Encode();
        Assert.Equal(1, bytes[^1]);
        bytes[^1] = 2;
        Assert.Equal(EvidenceChecks.BundleVersion, Refusal(bytes));
    }

    [Fact]
    public void A_bundle_of_too_many_links_is_refused() =>
        Assert.IsType<Verdict.Rejected>(Bundle.Decode((Small() with { Links = [.. Enumerable.Repeat(Small().Links[0], Bundle.MaximumLinks + 1)] }).Encode(), out _));

    [Fact]
    public void An_oversized_file_is_refused_without_being_read() => Assert.Equal(EvidenceChecks.BundleLimits, Refusal(new byte[Bundle.MaximumBytes + 1]));

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = Small().Encode();
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(Bundle.Decode(bytes.AsMemory(0, length), out _).IsAccepted, $"the first {length} bytes of {bytes.Length} were accepted");
    }

    [Fact]
    public void Whatever_is_accepted_has_exactly_the_bytes_it_is_written_with()
    {
        var bytes = Small().Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            var changed = bytes.ToArray();
            foreach (var (at, value) in changes) changed[at] = value;
            return !Bundle.Decode(changed, out var bundle).IsAccepted || bundle!.Encode().AsSpan().SequenceEqual(changed);
        });
    }

    [Fact]
    public void Random_bytes_yield_a_verdict_and_never_throw() =>
        Gen.Byte.Array[0, 400].Sample(bytes => { Bundle.Decode(bytes, out _); });
}
