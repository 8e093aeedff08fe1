using System.Security.Cryptography;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Pseudorandom;

public sealed class VoprfTests
{
    static readonly byte[] Seed = [.. Enumerable.Repeat((byte)0xa3, 32)];

    static ReadOnlyMemory<byte> Hex(string text) => Convert.FromHexString(text);

    static ReadOnlyMemory<byte>[] Each(string list) => [.. list.Split(' ').Select(Hex)];

    /// <summary>Gives these bytes, and then no more.</summary>
    static Action<Span<byte>> Exactly(ReadOnlyMemory<byte> bytes) => span =>
    {
        Assert.Equal(bytes.Length, span.Length);
        bytes.Span.CopyTo(span);
    };

    [Theory] // RFC 9380 appendix J.1.1
    [InlineData("", "2c15230b26dbc6fc9a37051158c95b79656e17a1a920b11394ca91c44247d3e4", "8a7a74985cc5c776cdfe4b1f19884970453912e9d31528c060be9ab5c43e8415")]
    [InlineData("abc", "0bb8b87485551aa43ed54f009230450b492fead5f1cc91658775dac4a3388a0f", "5c41b3d0731a27a7b14bc0bf0ccded2d8751f83493404c84a88e71ffd424212e")]
    [InlineData("abcdef0123456789", "65038ac8f2b1def042a5df0b33b1f4eca6bff7cb0f9c6c1526811864e544ed80", "cad44d40a656e7aff4002a8de287abc8ae0482b5ae825822bb870d6df9b56ca3")]
    [InlineData("q128", "4be61ee205094282ba8a2042bcb48d88dfbb609301c49aa8b078533dc65a0b5d", "98f8df449a072c4721d241a3b1236d3caccba603f916ca680f4539d2bfb3c29e")]
    [InlineData("a512", "457ae2981f70ca85d8e24c308b14db22f3e3862c5ea0f652ca38b5e49cd64bc5", "ecb9f0eadc9aeed232dabc53235368c1394c78de05dd96893eefa62b0f4757dc")]
    public void Rfc_9380_hashes_to_these_points(string message, string x, string y)
    {
        message = message switch { "q128" => "q128_" + new string('q', 128), "a512" => "a512_" + new string('a', 512), _ => message };
        var point = P256Group.HashToCurve(System.Text.Encoding.ASCII.GetBytes(message), "QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_RO_"u8).Normalize();
        Assert.Equal((x, y), (Convert.ToHexStringLower(point.AffineXCoord.GetEncoded()), Convert.ToHexStringLower(point.AffineYCoord.GetEncoded())));
    }

    [Theory] // RFC 9497 appendix A.3.2, the third a batch
    [InlineData("00", "3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364", "02dd05901038bb31a6fae01828fd8d0e49e35a486b5c5d4b4994013648c01277da",
        "0209f33cab60cf8fe69239b0afbcfcd261af4c1c5632624f2e9ba29b90ae83e4a2", "0412e8f78b02c415ab3a288e228978376f99927767ff37c5718d420010a645a1",
        "e7c2b3c5c954c035949f1f74e6bce2ed539a3be267d1481e9ddb178533df4c2664f69d065c604a4fd953e100b856ad83804eb3845189babfa5a702090d6fc5fa",
        "f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1")]
    [InlineData("5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364", "03cd0f033e791c4d79dfa9c6ed750f2ac009ec46cd4195ca6fd3800d1e9b887dbd",
        "030d2985865c693bf7af47ba4d3a3813176576383d19aff003ef7b0784a0d83cf1", "771e10dcd6bcd3664e23b8f2a710cfaaa8357747c4a8cbba03133967b5c24f18",
        "2787d729c57e3d9512d3aa9e8708ad226bc48e0f1750b0767aaff73482c44b8d2873d74ec88aebd3504961acea16790a05c542d9fbff4fe269a77510db00abab",
        "f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1")]
    [InlineData("00 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364 f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1",
        "02dd05901038bb31a6fae01828fd8d0e49e35a486b5c5d4b4994013648c01277da 03462e9ae64cae5b83ba98a6b360d942266389ac369b923eb3d557213b1922f8ab",
        "0209f33cab60cf8fe69239b0afbcfcd261af4c1c5632624f2e9ba29b90ae83e4a2 02bb24f4d838414aef052a8f044a6771230ca69c0a5677540fff738dd31bb69771",
        "0412e8f78b02c415ab3a288e228978376f99927767ff37c5718d420010a645a1 771e10dcd6bcd3664e23b8f2a710cfaaa8357747c4a8cbba03133967b5c24f18",
        "bdcc351707d02a72ce49511c7db990566d29d6153ad6f8982fad2b435d6ce4d60da1e6b3fa740811bde34dd4fe0aa1b5fe6600d0440c9ddee95ea7fad7a60cf2",
        "350e8040f828bf6ceca27405420cdf3d63cb3aef005f40ba51943c8026877963")]
    public void Rfc_9497_blinds_evaluates_proves_and_unblinds_so(string inputs, string blinds, string blinded, string evaluated, string outputs, string proof, string nonce)
    {
        using var key = VoprfKey.Derive(Seed, "test key"u8);
        Assert.Equal("03e17e70604bcabe198882c0a1f27a92441e774224ed9c702e51dd17038b102462", Convert.ToHexStringLower(key.PublicKey.Bytes));
        var asked = Each(inputs).Zip(Each(blinds), (i, b) => (ReadOnlyMemory<byte>)VoprfPublicKey.Blind(i.Span, b.Span)).ToArray();
        Assert.Equal(blinded, string.Join(' ', asked.Select(b => Convert.ToHexStringLower(b.Span))));
        Assert.Equal(Verdict.Accept, key.BlindEvaluate(asked, Exactly(Hex(nonce)), out var evaluation));
        Assert.Equal((evaluated, proof), (string.Join(' ', evaluation!.Elements.Select(e => Convert.ToHexStringLower(e.Span))), Convert.ToHexStringLower(evaluation.Proof.Span)));
        Assert.Equal(Verdict.Accept, key.PublicKey.Finalize(Each(inputs), Each(blinds), evaluation, out var found));
        Assert.Equal(outputs, string.Join(' ', found.Select(Convert.ToHexStringLower)));
        Assert.Equal(outputs, string.Join(' ', Each(inputs).Select(i => Convert.ToHexStringLower(key.Evaluate(i.Span)))));
    }

    [Fact]
    public void An_evaluation_by_another_key_is_refused()
    {
        using var key = VoprfKey.Derive(Seed, "one"u8);
        using var other = VoprfKey.Derive(Seed, "another"u8);
        var (blind, random) = (VoprfPublicKey.NewBlind(RandomNumberGenerator.Fill), (Action<Span<byte>>)RandomNumberGenerator.Fill);
        other.BlindEvaluate([VoprfPublicKey.Blind("x"u8, blind)], random, out var evaluation);
        Assert.Equal(CoreChecks.VoprfProof, Refusal(key.PublicKey.Finalize([new byte[] { (byte)'x' }], [blind], evaluation!, out var outputs)));
        Assert.Empty(outputs);
    }

    /// <summary>One of the batch with another key: a proof for the sum alone would miss two that cancel; the weights do not let them.</summary>
    [Fact]
    public void One_element_of_a_batch_by_another_key_is_refused()
    {
        using var key = VoprfKey.Derive(Seed, "one"u8);
        ReadOnlyMemory<byte>[] inputs = ["a"u8.ToArray(), "b"u8.ToArray()], blinds = [VoprfPublicKey.NewBlind(RandomNumberGenerator.Fill), VoprfPublicKey.NewBlind(RandomNumberGenerator.Fill)];
        key.BlindEvaluate([.. inputs.Zip(blinds, (i, b) => (ReadOnlyMemory<byte>)VoprfPublicKey.Blind(i.Span, b.Span))], RandomNumberGenerator.Fill, out var honest);
        var swapped = honest! with { Elements = [honest.Elements[1], honest.Elements[0]] };
        Assert.Equal(CoreChecks.VoprfProof, Refusal(key.PublicKey.Finalize(inputs, blinds, swapped, out _)));
        var fewer = honest with { Elements = [honest.Elements[0]] };
        Assert.Equal(CoreChecks.VoprfElement, Refusal(key.PublicKey.Finalize(inputs, blinds, fewer, out _)));
        Assert.Equal(CoreChecks.VoprfBlind, Refusal(key.PublicKey.Finalize(inputs, [blinds[0], new byte[32]], honest, out _)));
        Assert.Equal(CoreChecks.VoprfElement, Refusal(key.BlindEvaluate([new byte[33]], RandomNumberGenerator.Fill, out _)));
        Assert.Equal(CoreChecks.VoprfElement, Refusal(key.BlindEvaluate([], RandomNumberGenerator.Fill, out _)));
    }

    [Fact]
    public void Any_changed_bit_of_a_proof_is_refused()
    {
        using var key = VoprfKey.Derive(Seed, "one"u8);
        byte[] blind = SHA256.HashData("blind"u8);
        key.BlindEvaluate([VoprfPublicKey.Blind("x"u8, blind)], RandomNumberGenerator.Fill, out var evaluation);
        Gen.Int[0, evaluation!.Proof.Length * 8 - 1].Sample(bit =>
        {
            var proof = evaluation.Proof.ToArray();
            proof[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Equal(CoreChecks.VoprfProof, Refusal(key.PublicKey.Finalize(["x"u8.ToArray()], [blind], evaluation with { Proof = proof }, out _)));
        }, iter: 40);
    }

    [Fact]
    public void What_the_service_sees_is_the_same_for_every_input_under_some_blind()
    {
        // Of two inputs and one element, a blind explains each: the element tells nothing. Shown by the output, which does not depend on the blind.
        using var key = VoprfKey.Derive(Seed, "one"u8);
        var outputs = Enumerable.Range(0, 3).Select(_ =>
        {
            byte[] blind = VoprfPublicKey.NewBlind(RandomNumberGenerator.Fill);
            key.BlindEvaluate([VoprfPublicKey.Blind("x"u8, blind)], RandomNumberGenerator.Fill, out var evaluation);
            Assert.Equal(Verdict.Accept, key.PublicKey.Finalize(["x"u8.ToArray()], [blind], evaluation!, out var output));
            return (Blinded: Convert.ToHexString(evaluation!.Elements[0].Span), Output: Convert.ToHexString(output[0]));
        }).ToList();
        Assert.Equal(3, outputs.Select(o => o.Blinded).Distinct().Count());
        Assert.Single(outputs.Select(o => o.Output).Distinct());
    }
}
