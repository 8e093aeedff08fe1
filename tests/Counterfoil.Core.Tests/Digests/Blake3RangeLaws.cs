using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Core.Tests.Digests;

public sealed class Blake3RangeLaws
{
    /// <summary>The content of Bao's vectors: a count of four bytes, little-endian, from 1.</summary>
    static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((uint)(i / 4 + 1) >> 8 * (i % 4)))];

    static (Verdict Verdict, byte[] Bytes) Verify(Blake3Digest digest, byte[] proof, long offset, long count)
    {
        var output = new MemoryStream();
        return (Blake3Range.Verify(digest, new MemoryStream(proof), offset, count, output), output.ToArray());
    }

    static byte[] Cut(byte[] content, long offset, long count) => content.AsSpan((int)Math.Min(offset, content.Length), (int)Math.Min(count, content.Length - Math.Min(offset, content.Length))).ToArray();

    // Of Bao's own vectors (tests/test_vectors.json of the reference implementation, CC0): the content's length, where the range begins, its length, the slice's length and BLAKE3.
    [Theory]
    [InlineData(0, 0, 0, 8, "71e0a99173564931c0b8acc52d2685a8e39c64dc52e3d02390fdac2a12b155cb")]
    [InlineData(1024, 0, 0, 1032, "62881f0fbd8b62d69f23b75abe62f4c56874a58699ff6741686f40dfcc20f05e")]
    [InlineData(1025, 1024, 0, 73, "9f358569ae5d9140e2fb67e38a123d4880aa43c32dd7d680ac355448526a0610")]
    [InlineData(2049, 1023, 1024, 2184, "431877a82170d5307a3b6594dc2cbc3b672825e1a26f56c2aa0467f92385584a")]
    [InlineData(2049, 2048, 0, 73, "d50dee651f028eeceebe382c76cff809b3f33aefcc32d007b4d8e11711844a8b")]
    [InlineData(3073, 1023, 1024, 2184, "8f4135001c2e611e641d97e7f1b7c7c88d6c3d6d2e8f857e970044e4465ca80f")]
    [InlineData(3073, 2047, 1024, 2248, "691d82956447439c6402c76b5b90e6dab76963e6b12aea78259e586dd43bb88c")]
    [InlineData(3073, 3072, 0, 137, "057778b3e6fac7b7950296b007a1a7c1464eba3bd0a00640685bf14918786638")]
    [InlineData(11264, 1023, 1024, 2312, "2adc26e9dcf6b932262b01f172c2e3228929f7806ff9ea4d5cbe2fc079c850c4")]
    [InlineData(11264, 2047, 1024, 2376, "19fb9cbf9121f74af14e54b72b870dad2f0e8fdd112a8d51dc84d1da17f2bb37")]
    [InlineData(11264, 3071, 1024, 2312, "9dde3220cda47af57cb788bb750e3ed13a3b2176c51da5cf69bdffc2dd28b870")]
    [InlineData(11264, 4095, 1024, 2440, "336de152490417baed359d9b0eb16e52a83c1052d53c9fbafc211c8294d5d5d9")]
    [InlineData(11264, 5119, 1024, 2312, "f3d9e6ed2d7558f79f840961c4916249532ca504b2e0f0c61b17f67ed2370036")]
    [InlineData(11264, 6143, 1024, 2376, "1b3205be61625566101d23d3bf2383c463388d361015cc31e52d532ddc0e2ee5")]
    [InlineData(11264, 7167, 1024, 2312, "0ca1561ecd96f33859199ee92587a23c1cd1275d51ba8e697ef33807afeca1c0")]
    [InlineData(11264, 8191, 1024, 2440, "d55ed33043b5f2b540ad200ac7ac264dbb379aa97470c10ebc4515fea7a96d5c")]
    [InlineData(11264, 9215, 1024, 2248, "c078b57ece269683438cabc7a529540fcb38ed7aa0b58e2821a2a981c7c19d88")]
    [InlineData(11264, 10239, 1024, 2248, "5ddcf50f4a51a745730e9193389551e87049ed7d22eed50bfa322b764bcff485")]
    [InlineData(13312, 0, 0, 1288, "41c1167277cf218d521221135c46b5e9a75604bb491a6dc06a8a026ee737a748")]
    [InlineData(13312, 1024, 0, 1288, "5d28684321edc332c061d7089736c7eae3916aacdb6a8b61912b53fc3127333e")]
    [InlineData(13312, 2048, 0, 1288, "4a41e4b0529f98aaa354fe1cb22880d9cbe850aa8291db1f85e2c73a9954a462")]
    [InlineData(13312, 3072, 0, 1288, "48b346a012751417fb9ce0d2f468fb267bb784d4b1c5e64b68499990974c42e4")]
    [InlineData(13312, 4096, 0, 1288, "ec32c6da20fc805c578e6969042278f9deb1f05dbbe04e052cb690b8fe640c2d")]
    [InlineData(13312, 5120, 0, 1288, "c0bda2b2d9264831314837582e6025879f2ff8e98920f4fb6ce1f15c200e967f")]
    [InlineData(13312, 6144, 0, 1288, "461bb5d070c0531673aef2590d6d59914ccaa5ed351e296e2e8e6bd52930d0e2")]
    [InlineData(13312, 7168, 0, 1288, "0270c4da4cee4e01f496530305e51140edc1ffc956294c5d2c7389613cb7587d")]
    [InlineData(13312, 8192, 0, 1288, "2045ad9a4babe21a109593741545a7913e225d1cfded3d2b2ab69971e7404fec")]
    [InlineData(13312, 9216, 0, 1288, "4527a6f12c9254f4416e8b152483b11d68be83aa782db27cbb638dc297f05a16")]
    [InlineData(13312, 10240, 0, 1288, "08e1b6e8de33080fb17a666506131ffbc44b424dc3d90224933bed1c9f7ea99e")]
    [InlineData(13312, 11264, 0, 1288, "ec98ac27e4144494a3d91dcaacc9487b62afd01b72aa5da52d777b0e0181dd66")]
    [InlineData(13312, 12288, 0, 1160, "a769554f29020e2366cc67782c2778146b7b559e90b4de2356f67568dda46edd")]
    public void A_proof_is_baos_slice(int length, long offset, long count, int proofLength, string digestOfProof)
    {
        var content = Content(length);
        var proof = Blake3Range.Prove(content, offset, count);
        Assert.Equal((proofLength, digestOfProof), (proof.Length, Blake3.Hash(proof).ToString()));
        var (verdict, bytes) = Verify(Blake3.Hash(content), proof, offset, count);
        Assert.Equal(Verdict.Accept, verdict);
        Assert.Equal(Cut(content, offset, count), bytes);
    }

    [Fact]
    public void Any_range_of_any_content_verifies_and_of_no_other_content() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 5000], Gen.Int[0, 300_000]), Gen.Int[0, 310_000], Gen.OneOf(Gen.Int[0, 3000], Gen.Int[0, 400_000])).Sample((length, offset, count) =>
        {
            offset %= length + 2000;
            var content = Content(length);
            var proof = Blake3Range.Prove(content, offset, count);
            var (verdict, bytes) = Verify(Blake3.Hash(content), proof, offset, count);
            Assert.Equal(Verdict.Accept, verdict);
            Assert.Equal(Cut(content, offset, count), bytes);
            Assert.False(Verify(Blake3.Hash([.. content, 0]), proof, offset, count).Verdict.IsAccepted);
        }, iter: 100);

    [Fact]
    public void Any_changed_byte_is_refused_and_what_was_given_out_before_is_genuine()
    {
        var content = Content(7_000);
        foreach (var (offset, count) in ((long, long)[])[(0, 7_000), (2_500, 600), (6_990, 100), (9_000, 1)])
        {
            var proof = Blake3Range.Prove(content, offset, count);
            for (int i = 0; i < proof.Length; i++)
            {
                var changed = proof.ToArray();
                changed[i] ^= 1;
                var (verdict, bytes) = Verify(Blake3.Hash(content), changed, offset, count);
                if (verdict.IsAccepted) Assert.True(i < 2 && offset == 2_500, $"byte {i}"); // the length, where the last chunk is not shown and the tree has the same shape
                Assert.True(Cut(content, offset, count).AsSpan().StartsWith(bytes), $"byte {i}");
            }
        }
    }

    [Fact]
    public void Each_forgery_is_refused_by_the_check_for_it()
    {
        void Refused(Check check, byte[] proof) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(Verify(Blake3.Hash(Content(5_000)), proof, 100, 2_000).Verdict).Reason.Check);
        var proof = Blake3Range.Prove(Content(5_000), 100, 2_000);
        Refused(CoreChecks.Blake3RangeLength, proof[..^1]);
        Refused(CoreChecks.Blake3RangeLength, proof[..5]);
        Refused(CoreChecks.Blake3RangeLength, proof[..40]);
        Refused(CoreChecks.Blake3RangeLength, [.. proof, 0]);
        Refused(CoreChecks.Blake3RangeLength, [.. proof[..7], 0x80, .. proof[8..]]);
        Refused(CoreChecks.Blake3RangeHash, Blake3Range.Prove(Content(5_001), 100, 2_000));
        Refused(CoreChecks.Blake3RangeHash, [.. proof[..^1], (byte)(proof[^1] ^ 1)]);
        // A chunk in another's place: its number is hashed.
        Refused(CoreChecks.Blake3RangeHash, Blake3Range.Prove(Content(5_000), 1_200, 2_000));
    }

    [Fact]
    public void A_huge_length_costs_nothing()
    {
        byte[] proof = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, .. new byte[64 * 60]];
        Assert.False(Verify(Blake3.Hash([1]), proof, long.MaxValue - 5, long.MaxValue).Verdict.IsAccepted);
        Assert.Equal(Verdict.Accept, Verify(Blake3.Hash([]), Blake3Range.Prove([], long.MaxValue, long.MaxValue), long.MaxValue, long.MaxValue).Verdict);
    }
}
