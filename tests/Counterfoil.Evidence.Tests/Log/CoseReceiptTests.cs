using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Receipts;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

/// <summary>COSE Receipts, RFC 9942, for the tree of RFC 9162.</summary>
public sealed class CoseReceiptTests
{
    static readonly NoteSigner Log = new("example.com/log", Signer.FromSeed(SignatureAlgorithm.Ed25519, Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));
    static readonly byte[][] Entries = [.. Enumerable.Range(0, 20).Select(i => new[] { (byte)i })];
    static readonly Sha256Digest[] Leaves = [.. Entries.Select(e => MerkleTree.LeafHash(e))];

    static Checkpoint At(int size) => new("example.com/log", size, MerkleTree.Root(Leaves.AsSpan(0, size)));

    static CoseReceipt Inclusion(int size, int index) => CoseReceipt.OfInclusion(At(size), index, Leaves[index], MerkleTree.InclusionPath(Leaves.AsSpan(0, size), index), Log);

    static CoseReceipt Consistency(int old, int size) => CoseReceipt.OfConsistency(At(old), At(size), MerkleTree.ConsistencyPath(Leaves.AsSpan(0, size), old), Log);

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    /// <summary>Made by other hands: CBOR and tree by a Python script of a few lines, the signature by OpenSSL's command, with the key of RFC 8032's first test.</summary>
    [Fact]
    public void The_receipt_of_leaf_17_of_20_is_the_one_that_others_make()
    {
        const string expected =
            "d2844da301320444cc71467019018b01a119018ca12081586a8314118358200298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe758208c71f478aabd97d40820235caef34cc28ba19492e0d923280cffec5515f7b36e"
            + "582093f2bd0cd60b2e597cf53fb12ae63ed157e0c10efbfe097d23caf8a5f59c6e27f6584030a8d44f10d444db4c77eb620848a4094db79ab9cb92311132451a19d21b513b74ce6c3ea6066f7a7986d1a166ab393f3c248c3af1d085f32533703cd4c65b0e";
        Assert.Equal(expected, Convert.ToHexStringLower(Inclusion(20, 17).Encode()));
    }

    [Fact]
    public void Every_leaf_of_every_small_tree_has_a_receipt()
    {
        for (int size = 1; size <= 20; size++)
            for (int i = 0; i < size; i++)
            {
                Assert.Equal(Verdict.Accept, CoseReceipt.Decode(Inclusion(size, i).Encode(), out var receipt));
                Assert.Equal((ReceiptKind.Inclusion, (long)size, (long)i), (receipt!.Kind, receipt.Size, receipt.Index));
                Assert.Equal(Verdict.Accept, receipt.VerifyInclusion(Entries[i], Log.Key, out var root));
                Assert.Equal(At(size).Root, root);
            }
    }

    [Fact]
    public void Every_growth_of_small_trees_has_a_receipt()
    {
        for (int size = 1; size <= 20; size++)
            for (int old = 1; old <= size; old++)
            {
                Assert.Equal(Verdict.Accept, CoseReceipt.Decode(Consistency(old, size).Encode(), out var receipt));
                Assert.Equal(Verdict.Accept, receipt!.VerifyConsistency(At(old).Root, At(size).Root, Log.Key));
            }
    }

    [Fact]
    public void What_is_claimed_otherwise_is_refused()
    {
        var receipt = Inclusion(20, 17);
        Refused(LogChecks.ReceiptSignature, receipt.VerifyInclusion(Entries[16], Log.Key, out _));
        Refused(LogChecks.ReceiptSigner, receipt.VerifyInclusion(Entries[17], new VerifierKey("example.com/other", Log.Key.Key!), out _));
        Refused(LogChecks.ReceiptKind, receipt.VerifyConsistency(At(20).Root, At(20).Root, Log.Key));
        var growth = Consistency(7, 20);
        Refused(LogChecks.ReceiptKind, growth.VerifyInclusion(Entries[0], Log.Key, out _));
        Refused(LogChecks.ReceiptSignature, growth.VerifyConsistency(At(7).Root, At(19).Root, Log.Key));
        Refused(CoreChecks.MerkleOldRoot, growth.VerifyConsistency(At(6).Root, At(20).Root, Log.Key));
        // A receipt of a smaller tree under a larger one's numbers.
        byte[] bytes = receipt.Encode();
        int at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x83, 20, 17]);
        bytes[at + 2] = 16;
        Assert.Equal(Verdict.Accept, CoseReceipt.Decode(bytes, out var moved));
        Assert.False(moved!.VerifyInclusion(Entries[17], Log.Key, out _).IsAccepted);
    }

    [Fact]
    public void A_log_signs_no_receipt_of_what_is_not_so()
    {
        Assert.Throws<ArgumentException>(() => CoseReceipt.OfInclusion(At(20), 3, Leaves[4], MerkleTree.InclusionPath(Leaves, 3), Log));
        Assert.Throws<ArgumentException>(() => CoseReceipt.OfConsistency(At(6), At(20), MerkleTree.ConsistencyPath(Leaves, 7), Log));
        Assert.Throws<ArgumentException>(() => CoseReceipt.OfInclusion(new("example.com/other", 1, Leaves[0]), 0, Leaves[0], [], Log));
    }

    [Fact]
    public void No_byte_of_a_receipt_is_free()
    {
        byte[] bytes = Inclusion(20, 17).Encode();
        for (int i = 0; i < bytes.Length; i++)
            foreach (byte flip in (byte[])[1, 4, 0x20, 0x80])
            {
                byte[] changed = [.. bytes];
                changed[i] ^= flip;
                Assert.False(CoseReceipt.Decode(changed, out var receipt).IsAccepted && receipt!.VerifyInclusion(Entries[17], Log.Key, out _).IsAccepted, $"byte {i} ^ {flip:x2}");
            }
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 40]).Sample((at, cut, put) =>
        {
            byte[] mutated = [.. bytes[..at], .. put, .. bytes[Math.Min(bytes.Length, at + cut)..]];
            return !CoseReceipt.Decode(mutated, out var receipt).IsAccepted || receipt!.Encode().AsSpan().SequenceEqual(mutated);
        });
    }

    [Theory]
    [InlineData("d2", "d3")] // another tag
    [InlineData("a301320444", "a301260444")] // ES256
    [InlineData("19018b01", "19018b02")] // another structure
    [InlineData("f65840", "405840")] // an attached payload
    public void Other_shapes_are_refused(string from, string to)
    {
        string hex = Convert.ToHexStringLower(Inclusion(20, 17).Encode());
        Assert.Contains(from, hex, StringComparison.Ordinal);
        int at = hex.IndexOf(from, StringComparison.Ordinal);
        Refused(LogChecks.ReceiptForm, CoseReceipt.Decode(Convert.FromHexString(hex[..at] + to + hex[(at + from.Length)..]), out _));
    }
}
