using System.Diagnostics.CodeAnalysis;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>A program called a precompile that the in-process chain does not have. The transaction is neither included nor reverted: it cannot be run here.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Without a precompile there is nothing to say.")]
public sealed class AbsentPrecompileException(string name, int address)
    : NotSupportedException($"the in-process chain has no precompile for {name} (address {address}); use another chain for contracts that need it")
{
    /// <summary>The precompile's address, which is a small number.</summary>
    public int Address { get; } = address;
}
