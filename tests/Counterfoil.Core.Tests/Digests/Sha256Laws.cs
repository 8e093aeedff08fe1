using System.Runtime.Intrinsics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Digests.Lanes;
using Counterfoil.Core.Merkle;
using CsCheck;

namespace Counterfoil.Core.Tests.Digests;

public sealed class Sha256Laws
{
    static readonly byte[] Noise = new byte[400_000];
    static Sha256Laws() => new Random(256).NextBytes(Noise);

    delegate void Many(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests);
    delegate void Pairs(byte prefix, ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents);

    public static TheoryData<string> Forms => ["chosen", "AVX-512", "AVX2", "four lanes", "one lane"];

    [Theory, MemberData(nameof(Forms))]
    public void Every_form_agrees_with_the_runtime_at_every_length_count_and_prefix(string form)
    {
        var (many, _) = Form(form);
        Span<Sha256Digest> expected = new Sha256Digest[34], found = new Sha256Digest[34];
        for (int length = 0; length <= 4096; length++)
        {
            int count = 1 + length % 33;
            var prefix = Noise.AsSpan(7, (length % 5) switch { 0 => 0, 1 => 1, 2 => 64, 3 => 100, _ => 9 });
            Sha256.HashEach(prefix, Noise.AsSpan(length, length * count), length, expected[..count]);
            many(prefix, Noise.AsSpan(length, length * count), length, found[..count]);
            Assert.True(expected[..count].SequenceEqual(found[..count]), $"{count} messages of {length} bytes after {prefix.Length}");
        }
        many([], Noise.AsSpan(0, 5 * 79_999), 79_999, found[..5]);
        Assert.Equal(Sha256.Hash(Noise.AsSpan(4 * 79_999, 79_999)), found[4]);
    }

    [Theory, MemberData(nameof(Forms))]
    public void Every_form_of_the_pair_kernel_gives_the_parents_of_rfc_9162(string form)
    {
        var (_, pairs) = Form(form);
        var children = new Sha256Digest[100];
        for (int i = 0; i < children.Length; i++) children[i] = Sha256.Hash(BitConverter.GetBytes(i));
        for (int count = 0; count <= 50; count++)
        {
            var parents = new Sha256Digest[count];
            pairs(Domains.MerkleNode, children.AsSpan(0, 2 * count), parents);
            for (int i = 0; i < count; i++) Assert.Equal(MerkleTree.NodeHash(children[2 * i], children[2 * i + 1]), parents[i]);
        }
        var inPlace = (Sha256Digest[])children.Clone();
        pairs(Domains.MerkleNode, inPlace, inPlace.AsSpan(0, 50));
        for (int i = 0; i < 50; i++) Assert.Equal(MerkleTree.NodeHash(children[2 * i], children[2 * i + 1]), inPlace[i]);
    }

    delegate void Framed(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<Sha256Digest> digests);

    static Framed FramedForm(string form)
    {
        switch (form)
        {
            case "AVX-512":
                Assert.SkipUnless(WordLanes16.IsSupported, "this processor has no AVX-512");
                return FramedMessages.Hash<Vector512<uint>, WordLanes16>;
            case "AVX2":
                Assert.SkipUnless(WordLanes8.IsSupported, "this processor has no AVX2");
                return FramedMessages.Hash<Vector256<uint>, WordLanes8>;
            case "four lanes":
                return FramedMessages.Hash<Vector128<uint>, WordLanes4>;
            case "one lane":
                return FramedMessages.HashEach;
            default:
                return Sha256.HashFramed;
        }
    }

    static void AgreeFramed(Framed framed, int prefixLength, int[] lengths)
    {
        int[] ends = new int[lengths.Length];
        for (int i = 0; i < ends.Length; i++) ends[i] = (i == 0 ? 0 : ends[i - 1]) + lengths[i];
        var messages = Noise.AsSpan(3, ends.Length == 0 ? 0 : ends[^1]);
        var digests = new Sha256Digest[ends.Length];
        framed(Noise.AsSpan(1, prefixLength), messages, ends, digests);
        for (int i = 0; i < ends.Length; i++)
        {
            byte[] whole = [.. Noise.AsSpan(1, prefixLength), .. BitConverter.GetBytes((ulong)lengths[i]).Reverse(), .. messages[(ends[i] - lengths[i])..ends[i]]];
            Assert.True(Sha256.Hash(whole) == digests[i], $"message {i} of {lengths[i]} bytes after {prefixLength}, among {string.Join(' ', lengths)}");
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Framed_messages_of_every_length_agree_with_the_runtime(string form)
    {
        var framed = FramedForm(form);
        for (int length = 0; length <= 4096; length += 8) AgreeFramed(framed, length % 121, [.. Enumerable.Range(length, 8), length]);
        for (int prefix = 0; prefix <= 120; prefix++) AgreeFramed(framed, prefix, [.. Enumerable.Range(0, 140)]);
        AgreeFramed(framed, 36, [0, 100_000, 1, 79_999, 64, 63]); // few long ones, which go alone
        AgreeFramed(framed, 36, [.. Enumerable.Repeat(20_000, 18)]); // many, which go together
        AgreeFramed(framed, 36, []);
    }

    [Fact]
    public void Framed_messages_of_any_lengths_in_any_order_agree_with_the_runtime() =>
        Gen.Select(Gen.Int[0, 120], Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, 5000]).Array[0, 70]).Sample((prefix, lengths) => AgreeFramed(Sha256.HashFramed, prefix, lengths), iter: 200);

    [Fact]
    public void Ends_that_do_not_ascend_to_the_messages_length_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => Sha256.HashFramed([], new byte[5], [3, 2, 5], new Sha256Digest[3]));
        Assert.Throws<ArgumentException>(() => Sha256.HashFramed([], new byte[5], [3], new Sha256Digest[1]));
        Assert.Throws<ArgumentException>(() => Sha256.HashFramed([], new byte[5], [5], new Sha256Digest[2]));
        Assert.Throws<ArgumentException>(() => Sha256.HashFramed(new byte[121], new byte[5], [5], new Sha256Digest[1]));
        Assert.Throws<ArgumentException>(() => Sha256.HashPairs(1, new Sha256Digest[3], new Sha256Digest[1]));
    }

    static (Many, Pairs) Form(string form)
    {
        switch (form)
        {
            case "AVX-512":
                Assert.SkipUnless(WordLanes16.IsSupported, "this processor has no AVX-512");
                return (Sha256Lanes.HashMany<Vector512<uint>, WordLanes16>, Sha256Lanes.HashPairs<Vector512<uint>, WordLanes16>);
            case "AVX2":
                Assert.SkipUnless(WordLanes8.IsSupported, "this processor has no AVX2");
                return (Sha256Lanes.HashMany<Vector256<uint>, WordLanes8>, Sha256Lanes.HashPairs<Vector256<uint>, WordLanes8>);
            case "four lanes":
                return (Sha256Lanes.HashMany<Vector128<uint>, WordLanes4>, Sha256Lanes.HashPairs<Vector128<uint>, WordLanes4>);
            case "one lane":
                return (Sha256Lanes.HashMany<uint, WordLanes1>, Sha256Lanes.HashPairs<uint, WordLanes1>);
            default:
                return (Sha256.HashMany, Sha256.HashPairs);
        }
    }

    [Fact]
    public void Leaf_hashes_together_are_leaf_hashes_one_by_one()
    {
        var hashes = new Sha256Digest[20];
        MerkleTree.LeafHashes(Noise.AsSpan(0, 20 * 100), 100, hashes);
        for (int i = 0; i < 20; i++) Assert.Equal(MerkleTree.LeafHash(Noise.AsSpan(100 * i, 100)), hashes[i]);
    }

    [Fact]
    public void Messages_of_another_total_length_are_the_callers_mistake() =>
        Assert.Throws<ArgumentException>(() => Sha256.HashMany(new byte[65], 64, new Sha256Digest[1]));
}
