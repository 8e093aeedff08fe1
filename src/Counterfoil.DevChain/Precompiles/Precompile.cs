using Counterfoil.DevChain.Precompiles.Bn254;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>A contract that is part of the protocol: native code at an address of its own (Yellow Paper, appendix E).</summary>
abstract class Precompile
{
    /// <summary>How the EIPs call it.</summary>
    public abstract string Name { get; }

    /// <summary>The price of a call with this input. Never overflows.</summary>
    public abstract long Gas(ReadOnlySpan<byte> input);

    /// <summary>The result, or null where the call fails and takes all of its gas.</summary>
    /// <exception cref="AbsentPrecompileException">The answer cannot be found here.</exception>
    public abstract byte[]? Run(ReadOnlySpan<byte> input);

    protected static long Words(ReadOnlySpan<byte> input) => (input.Length + 31) / 32;
}

/// <summary>The precompiles of a fork, by their addresses.</summary>
sealed class PrecompileSet
{
    readonly Precompile[] low;
    readonly Precompile? p256;

    const ulong P256Address = 0x100;

    PrecompileSet(Precompile[] low, Precompile? p256)
    {
        (this.low, this.p256) = (low, p256);
        Addresses = [.. Enumerable.Range(1, low.Length).Select(i => Address.FromWord((ulong)i)), .. p256 is null ? Array.Empty<Address>() : [Address.FromWord(P256Address)]];
    }

    /// <summary>Where they are; all of these are warm from the start (EIP-2929).</summary>
    public IReadOnlyList<Address> Addresses { get; }

    /// <summary>The precompile at an address, if there is one.</summary>
    public Precompile? At(Address address)
    {
        var word = address.ToWord();
        if (!word.IsUInt64) return null;
        return word.U0 - 1 < (ulong)low.Length ? low[word.U0 - 1] : word.U0 == P256Address ? p256 : null;
    }

    /// <summary>Those of a fork.</summary>
    public static PrecompileSet Of(Fork fork) => fork switch { Fork.Cancun => Cancun, Fork.Prague => Prague, _ => Osaka };

    static Precompile[] Old(Fork fork) =>
    [
        new EcRecover(), new Sha256Precompile(), new Ripemd160Precompile(), new Identity(), new ModExp(fork),
        new Bn254Addition(), new Bn254Multiplication(), new Bn254Pairing(), new Blake2F(), new PointEvaluation(),
    ];

    static readonly Precompile[] Bls =
    [
        new Bls12381(11, "G1ADD"), new Bls12381(12, "G1MSM"), new Bls12381(13, "G2ADD"), new Bls12381(14, "G2MSM"),
        new Bls12381(15, "PAIRING_CHECK"), new Bls12381(16, "MAP_FP_TO_G1"), new Bls12381(17, "MAP_FP2_TO_G2"),
    ];

    static readonly PrecompileSet Cancun = new(Old(Fork.Cancun), null), Prague = new([.. Old(Fork.Prague), .. Bls], null), Osaka = new([.. Old(Fork.Osaka), .. Bls], new P256Verify());
}
