namespace Counterfoil.DevChain.Precompiles;

/// <summary>The operations on BLS12-381 that Prague brought (EIP-2537), at addresses 11 to 17: absent here, so that each call fails loudly.</summary>
sealed class Bls12381(int address, string operation) : Precompile
{
    public override string Name => $"BLS12-381 {operation}";
    public override long Gas(ReadOnlySpan<byte> input) => 0;
    public override byte[] Run(ReadOnlySpan<byte> input) => throw new AbsentPrecompileException(Name, address);
}
