using Counterfoil.DevChain.Precompiles.Bn254;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>A contract that is part of the protocol: native code at one of the addresses 1 to 10 (Yellow Paper, appendix E).</summary>
abstract class Precompile
{
    /// <summary>How the EIPs call it.</summary>
    public abstract string Name { get; }

    /// <summary>The price of a call with this input. Never overflows.</summary>
    public abstract long Gas(ReadOnlySpan<byte> input);

    /// <summary>The result, or null where the call fails and takes all of its gas.</summary>
    /// <exception cref="AbsentPrecompileException">The answer cannot be found here.</exception>
    public abstract byte[]? Run(ReadOnlySpan<byte> input);

    /// <summary>How many there are as of Cancun; all of their addresses are warm from the start (EIP-2929).</summary>
    public const int Count = 10;

    static readonly Precompile[] Table =
    [
        new EcRecover(), new Sha256Precompile(), new Ripemd160Precompile(), new Identity(), new ModExp(),
        new Bn254Addition(), new Bn254Multiplication(), new Bn254Pairing(), new Blake2F(), new PointEvaluation(),
    ];

    /// <summary>The precompile at an address, if there is one.</summary>
    public static Precompile? At(Address address)
    {
        var word = address.ToWord();
        return word.IsUInt64 && word.U0 is >= 1 and <= Count ? Table[word.U0 - 1] : null;
    }

    protected static long Words(ReadOnlySpan<byte> input) => (input.Length + 31) / 32;
}
