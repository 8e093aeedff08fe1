using System.Security.Cryptography;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain.Precompiles.Bn254;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>The precompiles, asked directly on both chains.</summary>
public sealed class PrecompileTests
{
    static readonly Point<Fp> G1 = Point<Fp>.Of(new Fp(1), new Fp(2));

    // The generator of EIP-197, imaginary parts last here.
    static readonly Point<Fp2> G2 = Point<Fp2>.Of(
        new Fp2(Number("10857046999023057135944570762232829481370756359578518086990519993285655852781"), Number("11559732032986387107991004021392285783925812861821192530917403151452391805634")),
        new Fp2(Number("8495653923123431417604973247489272438418190587263600148770280649306958101930"), Number("4082367875863433681332203403145435568316851327593401208105741076214120093531")));

    static Fp Number(string text) => new(UInt256.Parse(text));

    static byte[] Bytes(Point<Fp2> point)
    {
        var (x, y) = point.Affine;
        return [.. x.Imaginary.Value.ToBigEndian(), .. x.Real.Value.ToBigEndian(), .. y.Imaginary.Value.ToBigEndian(), .. y.Real.Value.ToBigEndian()];
    }

    static byte[] Pair(UInt256 a, UInt256 b) => [.. PointEncoding.Write(G1 * a), .. Bytes(G2 * b)];

    [Fact]
    public void The_pairing_is_bilinear_and_not_constant()
    {
        UInt256 a = 123_456_789, b = UInt256.Parse("98765432109876543210"), negative = Fp.Order - UInt256.MulMod(a, b, Fp.Order);
        var pairing = new Bn254Pairing();
        Assert.Equal(1, pairing.Run([.. Pair(a, b), .. Pair(negative, 1)])![31]);
        Assert.Equal(1, pairing.Run([.. Pair(a, b), .. Pair(1, negative)])![31]);
        Assert.Equal(0, pairing.Run([.. Pair(a, b), .. Pair(negative, 2)])![31]);
        Assert.Equal(1, pairing.Run([])![31]);
    }

    [Fact]
    public async Task Every_precompile_that_is_here_answers_as_anvils_does()
    {
        await using var anvil = await AnvilNode.StartAsync();
        using var fixture = new ChainFixture();
        var ours = new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle));
        byte[] offCurve = Pair(1, 1);
        offCurve[^1] ^= 1;
        var questions = new List<(int Address, byte[] Input)> { (8, offCurve), (8, new byte[191]), (8, new byte[192]), (6, []), (7, [1]), (6, [.. new byte[31], 1, .. new byte[31], 3]), (9, new byte[213]) };
        for (int i = 0; i < 6; i++)
        {
            UInt256 a = UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32)), b = UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32));
            UInt256 ab = UInt256.MulMod(a, b, Fp.Order);
            questions.Add((6, [.. PointEncoding.Write(G1 * a), .. PointEncoding.Write(G1 * b)]));
            questions.Add((6, [.. PointEncoding.Write(G1 * a), .. PointEncoding.Write(G1 * a)]));
            questions.Add((7, [.. PointEncoding.Write(G1 * a), .. b.ToBigEndian()]));
            questions.Add((8, [.. Pair(a, b), .. Pair(Fp.Order - ab, i % 2 == 0 ? 1 : 2)]));
            byte[] blake = RandomNumberGenerator.GetBytes(213);
            (blake[0], blake[1], blake[2], blake[212]) = (0, 0, 0, (byte)(i & 1));
            questions.Add((9, blake));
            questions.Add((5, [.. ((UInt256)(i * 7)).ToBigEndian(), .. ((UInt256)(i * 5)).ToBigEndian(), .. ((UInt256)(i * 9)).ToBigEndian(), .. RandomNumberGenerator.GetBytes(200)]));
        }
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = p256.ExportParameters(false).Q;
        for (int i = 0; i < 12; i++)
        {
            byte[] digest = RandomNumberGenerator.GetBytes(32);
            byte[] input = [.. digest, .. p256.SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), .. q.X!, .. q.Y!];
            // As it is, then with a bit of each part changed, then cut, lengthened and empty.
            if (i is > 0 and < 6) input[32 * i - 1] ^= 1;
            if (i == 6) input = input[..159];
            if (i == 7) input = [.. input, 0];
            if (i == 8) input = [];
            if (i == 9) input.AsSpan(96).Clear();
            if (i == 10) input.AsSpan(32, 32).Clear();
            questions.Add((0x100, input));
        }
        // Lengths at and over the limit of EIP-7823, and prices of EIP-7883 that show in what gas is left.
        foreach (int length in new[] { 1, 32, 33, 1024, 1025 })
            questions.Add((5, [.. ((UInt256)length).ToBigEndian(), .. ((UInt256)length).ToBigEndian(), .. ((UInt256)length).ToBigEndian(), .. RandomNumberGenerator.GetBytes(3 * length)]));
        foreach (var (address, input) in questions)
        {
            var call = new ContractCall { To = Address.FromWord((UInt256)address), Data = input };
            Assert.Equal(await Answer(anvil.Client, call), await Answer(ours, call));
        }
    }

    static async Task<string> Answer(ChainClient client, ContractCall call)
    {
        try
        {
            return Convert.ToHexString(await client.CallAsync(call));
        }
        catch (ChainException failed) when (failed.Kind is ChainFailure.Refused or ChainFailure.Reverted)
        {
            return "fails";
        }
    }
}
