using System.Runtime.Intrinsics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Digests.Lanes;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;

namespace Counterfoil.Core.Tests.Digests;

public sealed class Keccak256Laws
{
    static readonly byte[] Noise = new byte[200_000];
    static Keccak256Laws() => new Random(256).NextBytes(Noise);

    static Keccak256Digest Oracle(ReadOnlySpan<byte> message)
    {
        var keccak = new KeccakDigest(256);
        keccak.BlockUpdate(message);
        var digest = new byte[32];
        keccak.DoFinal(digest, 0);
        return new Keccak256Digest(digest);
    }

    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Known_answers_of_the_keccak_team_hold(string message, string digest) =>
        Assert.Equal(digest, Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(message)).ToString());

    [Fact]
    public void The_permutation_of_zeros_is_that_of_the_keccak_team()
    {
        var state = new ulong[25];
        KeccakF1600.Permute(state);
        Assert.Equal((0xF1258F7940E1DDE7UL, 0x84D5CCF933C0478AUL, 0xEAF1FF7B5CECA249UL), (state[0], state[1], state[24]));
    }

    [Fact]
    public void Every_length_to_4096_agrees_with_an_independent_implementation()
    {
        for (int length = 0; length <= 4096; length++)
            Assert.Equal(Oracle(Noise.AsSpan(length, length)), Keccak256.Hash(Noise.AsSpan(length, length)));
    }

    delegate void Many(ReadOnlySpan<byte> messages, int length, Span<Keccak256Digest> digests);

    public static TheoryData<string> Forms => ["chosen", "AVX-512", "AVX2"];

    [Theory, MemberData(nameof(Forms))]
    public void Every_form_agrees_with_the_scalar_one_at_every_length_and_count(string form)
    {
        var many = Form(form);
        Span<Keccak256Digest> expected = new Keccak256Digest[17], found = new Keccak256Digest[17];
        for (int length = 0; length <= 4096; length++)
        {
            int count = length % 18;
            Keccak256.HashEach(Noise.AsSpan(length, length * count), length, expected[..count]);
            many(Noise.AsSpan(length, length * count), length, found[..count]);
            Assert.True(expected[..count].SequenceEqual(found[..count]), $"{count} messages of {length} bytes");
        }
        var large = new Keccak256Digest[5];
        many(Noise.AsSpan(0, 5 * 39_999), 39_999, large);
        Assert.Equal(Oracle(Noise.AsSpan(4 * 39_999, 39_999)), large[4]);
    }

    static Many Form(string form)
    {
        if (form == "AVX-512")
        {
            Assert.SkipUnless(LongLanes8.IsSupported, "this processor has no AVX-512");
            return KeccakLanes.HashMany<Vector512<ulong>, LongLanes8>;
        }
        if (form == "AVX2")
        {
            Assert.SkipUnless(LongLanes4.IsSupported, "this processor has no AVX2");
            return KeccakLanes.HashMany<Vector256<ulong>, LongLanes4>;
        }
        return Keccak256.HashMany;
    }

    [Fact]
    public void Messages_of_another_total_length_are_the_callers_mistake() =>
        Assert.Throws<ArgumentException>(() => Keccak256.HashMany(new byte[65], 64, new Keccak256Digest[1]));

    [Fact]
    public void A_message_may_be_appended_in_any_pieces_and_a_snapshot_changes_nothing() =>
        Gen.Int[0, 300].Array[0, 12].Sample(pieces =>
        {
            var hasher = new Keccak256Hasher();
            int at = 0;
            foreach (int piece in pieces)
            {
                hasher.Append(Noise.AsSpan(at, piece));
                at += piece;
                Assert.Equal(Keccak256.Hash(Noise.AsSpan(0, at)), hasher.Snapshot());
            }
            var branch = hasher.Clone();
            branch.Append(7);
            Assert.Equal(Keccak256.Hash([.. Noise.AsSpan(0, at), 7]), branch.Finish());
            Assert.Equal(Keccak256.Hash(Noise.AsSpan(0, at)), hasher.Finish());
            Assert.Equal(Keccak256.Hash([]), hasher.Finish());
        });
}
