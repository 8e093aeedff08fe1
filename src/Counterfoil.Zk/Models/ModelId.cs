using Counterfoil.Core.Digests;

namespace Counterfoil.Zk;

/// <summary>
/// The name of a committed model: Keccak-256 over a domain and its one encoding, hence over version, graph, quantisation, tables, commitment
/// parameters and weight root. Whoever knows it and verifies proofs against it cannot be shown another model.
/// </summary>
/// <param name="Value">The digest.</param>
public readonly record struct ModelId(Keccak256Digest Value)
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}
