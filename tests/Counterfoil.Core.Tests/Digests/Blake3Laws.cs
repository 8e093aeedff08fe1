using System.Runtime.Intrinsics;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Digests.Lanes;
using Counterfoil.Tests;
using CsCheck;

namespace Counterfoil.Core.Tests.Digests;

public sealed class Blake3Laws
{
    static readonly byte[] Noise = new byte[3_000_000];
    static Blake3Laws() => new Random(3).NextBytes(Noise);

    public static TheoryData<string> Forms => ["AVX-512", "AVX2", "four lanes", "one lane"];

    static Blake3Kernel Form(string form)
    {
        switch (form)
        {
            case "AVX-512":
                Assert.SkipUnless(WordLanes16.IsSupported, "this processor has no AVX-512");
                return new Blake3Kernel<Vector512<uint>, WordLanes16>();
            case "AVX2":
                Assert.SkipUnless(WordLanes8.IsSupported, "this processor has no AVX2");
                return new Blake3Kernel<Vector256<uint>, WordLanes8>();
            case "four lanes":
                return new Blake3Kernel<Vector128<uint>, WordLanes4>();
            default:
                return new Blake3Kernel<uint, WordLanes1>();
        }
    }

    static byte[] Take(Blake3Hasher hasher, ReadOnlySpan<byte> message, int length)
    {
        var output = new byte[length];
        hasher.Append(message);
        hasher.Snapshot(output);
        return output;
    }

    [Theory, MemberData(nameof(Forms))]
    public void The_official_vectors_hold_in_all_three_modes(string form)
    {
        var kernel = Form(form);
        using var file = JsonDocument.Parse(File.ReadAllBytes(Surroundings.Testdata("blake3/test_vectors.json")));
        var key = System.Text.Encoding.ASCII.GetBytes(file.RootElement.GetProperty("key").GetString()!);
        string context = file.RootElement.GetProperty("context_string").GetString()!;
        int cases = 0;
        foreach (var vector in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            byte[] input = [.. Enumerable.Range(0, vector.GetProperty("input_len").GetInt32()).Select(i => (byte)(i % 251))];
            byte[] Expected(string mode) => Convert.FromHexString(vector.GetProperty(mode).GetString()!);
            int length = Expected("hash").Length;
            Assert.Equal(Expected("hash"), Take(new Blake3Hasher(kernel), input, length));
            Assert.Equal(Expected("keyed_hash"), Take(Blake3Hasher.Keyed(key, kernel), input, length));
            Assert.Equal(Expected("derive_key"), Take(Blake3Hasher.ForDerivation(context, kernel), input, length));
            Assert.Equal(Expected("hash")[..32], Blake3.Hash(input).ToArray());
            var output = new byte[length];
            Blake3.KeyedHash(key, input, output);
            Assert.Equal(Expected("keyed_hash"), output);
            Blake3.DeriveKey(context, input, output);
            Assert.Equal(Expected("derive_key"), output);
            cases++;
        }
        Assert.Equal(35, cases);
    }

    static byte[] Oracle(ReadOnlySpan<byte> message)
    {
        var digest = new Org.BouncyCastle.Crypto.Digests.Blake3Digest();
        digest.BlockUpdate(message);
        var output = new byte[32];
        digest.DoFinal(output, 0);
        return output;
    }

    [Fact]
    public void Every_length_to_4096_agrees_with_an_independent_implementation()
    {
        for (int length = 0; length <= 4096; length++)
            Assert.True(Oracle(Noise.AsSpan(length, length)).AsSpan().SequenceEqual(Blake3.Hash(Noise.AsSpan(length, length)).ToArray()), $"{length} bytes");
    }

    [Theory, MemberData(nameof(Forms))]
    public void Every_form_agrees_at_every_length_to_4096_and_at_large_ones(string form)
    {
        var kernel = Form(form);
        for (int length = 0; length <= 4096; length++)
            Assert.Equal(Blake3.Hash(Noise.AsSpan(length, length)), new Blake3Digest(Take(new Blake3Hasher(kernel), Noise.AsSpan(length, length), 32)));
        foreach (int length in new[] { 1024 * 31, 1024 * 31 + 1, 1024 * 256, 1024 * 256 + 1, 1024 * 257, 1024 * 511 + 77, 1024 * 1024 + 1, 2_999_999 })
            Assert.Equal(Oracle(Noise.AsSpan(0, length)), Take(new Blake3Hasher(kernel), Noise.AsSpan(0, length), 32));
    }

    [Fact]
    public void A_message_may_be_appended_in_any_pieces_and_a_snapshot_changes_nothing() =>
        Gen.OneOf(Gen.Int[0, 200], Gen.Int[900, 1200], Gen.Int[0, 40_000], Gen.Int[262_000, 263_000]).Array[0, 8].Sample(pieces =>
        {
            var hasher = new Blake3Hasher();
            int at = 0;
            foreach (int piece in pieces)
            {
                hasher.Append(Noise.AsSpan(at, piece));
                at += piece;
                Assert.Equal(Blake3.Hash(Noise.AsSpan(0, at)), hasher.Snapshot());
            }
            var branch = hasher.Clone();
            branch.Append([7]);
            Assert.Equal(Blake3.Hash([.. Noise.AsSpan(0, at), 7]), branch.Finish());
            Assert.Equal(Blake3.Hash(Noise.AsSpan(0, at)), hasher.Finish());
            Assert.Equal(Blake3.Hash([]), hasher.Finish());
        }, iter: 20);

    [Fact]
    public void Subtrees_hashed_apart_give_the_digest_of_the_whole() =>
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 6], Gen.Int[0, 3000], Gen.Int[1, 20_000]).Sample((k, count, first, rest) =>
        {
            int size = 1024 << Math.Min(k, 8), start = (first * 1024 + size - 1) / size * size % (1 << 20), end = start + count * size;
            var hasher = new Blake3Hasher();
            hasher.Append(Noise.AsSpan(0, start));
            for (int at = start; at < end; at += size) hasher.AppendSubtree(new Blake3Hasher().HashSubtree(Noise.AsSpan(at, size), at), size);
            if (count > 0) Assert.Throws<InvalidOperationException>(() => hasher.Snapshot());
            hasher.Append(Noise.AsSpan(end, rest));
            Assert.Equal(Blake3.Hash(Noise.AsSpan(0, end + rest)), hasher.Snapshot());
        }, iter: 200);

    [Fact]
    public void A_subtree_is_a_power_of_two_of_chunks_in_its_own_place()
    {
        var hasher = new Blake3Hasher();
        Assert.Throws<ArgumentException>(() => hasher.HashSubtree(Noise.AsSpan(0, 3072), 0));
        Assert.Throws<ArgumentException>(() => hasher.HashSubtree(Noise.AsSpan(0, 1000), 0));
        Assert.Throws<ArgumentException>(() => hasher.HashSubtree([], 0));
        Assert.Throws<ArgumentException>(() => hasher.HashSubtree(Noise.AsSpan(0, 2048), 1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.HashSubtree(Noise.AsSpan(0, 2048), -2048));
        Assert.NotEqual(hasher.HashSubtree(Noise.AsSpan(0, 2048), 0), hasher.HashSubtree(Noise.AsSpan(0, 2048), 2048));
        hasher.Append(Noise.AsSpan(0, 1024));
        Assert.Throws<InvalidOperationException>(() => hasher.AppendSubtree(hasher.HashSubtree(Noise.AsSpan(0, 2048), 0), 2048));
        hasher.Append([1]);
        Assert.Throws<InvalidOperationException>(() => hasher.AppendSubtree(hasher.HashSubtree(Noise.AsSpan(0, 1024), 1024), 1024));
    }

    [Fact]
    public void A_longer_output_continues_a_shorter_one_and_another_key_gives_another()
    {
        byte[] longer = new byte[1000], shorter = new byte[77], other = new byte[77];
        Blake3.Hash("message"u8, longer);
        Blake3.Hash("message"u8, shorter);
        Assert.Equal(longer[..77], shorter);
        Blake3.KeyedHash(new byte[32], "message"u8, shorter);
        Blake3.KeyedHash([1, .. new byte[31]], "message"u8, other);
        Assert.NotEqual(shorter, other);
        Assert.Throws<ArgumentException>(() => Blake3Hasher.Keyed(new byte[31]));
    }
}
