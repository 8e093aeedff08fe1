using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>SHA-256, at address 2.</summary>
sealed class Sha256Precompile : Precompile
{
    public override string Name => "sha256";
    public override long Gas(ReadOnlySpan<byte> input) => 60 + 12 * Words(input);
    public override byte[] Run(ReadOnlySpan<byte> input) => SHA256.HashData(input);
}

/// <summary>RIPEMD-160, left-padded to a word, at address 3.</summary>
sealed class Ripemd160Precompile : Precompile
{
    public override string Name => "ripemd160";
    public override long Gas(ReadOnlySpan<byte> input) => 600 + 120 * Words(input);

    public override byte[] Run(ReadOnlySpan<byte> input)
    {
        var digest = new RipeMD160Digest();
        digest.BlockUpdate(input);
        var output = new byte[32];
        digest.DoFinal(output.AsSpan(12));
        return output;
    }
}

/// <summary>Gives back its input, at address 4.</summary>
sealed class Identity : Precompile
{
    public override string Name => "identity";
    public override long Gas(ReadOnlySpan<byte> input) => 15 + 3 * Words(input);
    public override byte[] Run(ReadOnlySpan<byte> input) => input.ToArray();
}
