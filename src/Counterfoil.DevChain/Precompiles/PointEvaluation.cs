using System.Security.Cryptography;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>KZG point evaluation, at address 10 (EIP-4844): refuses what every chain refuses, and has no answer to anything else.</summary>
/// <remarks>
/// A proof is checked with a pairing on BLS12-381, which is not here. What the EIP refuses before it comes to that (another length, a versioned
/// hash that is not the commitment's, numbers that are not reduced) is refused; a proof that would have to be checked fails loudly, because an
/// answer that only this chain gives would be worse than none.
/// </remarks>
sealed class PointEvaluation : Precompile
{
    const int InputLength = 192;

    // The order of BLS12-381's groups.
    static readonly UInt256 Order = UInt256.Parse("0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

    public override string Name => "KZG point evaluation";
    public override long Gas(ReadOnlySpan<byte> input) => 50_000;

    // Versioned hash, z, y, commitment of 48 bytes, proof of 48.
    public override byte[]? Run(ReadOnlySpan<byte> input)
    {
        if (input.Length != InputLength) return null;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input.Slice(96, 48), hash);
        hash[0] = 1;
        if (!input[..32].SequenceEqual(hash)) return null;
        if (UInt256.ReadBigEndian(input.Slice(32, 32)) >= Order || UInt256.ReadBigEndian(input.Slice(64, 32)) >= Order) return null;
        throw new AbsentPrecompileException(Name, 10);
    }
}
