using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.State;

/// <summary>An event.</summary>
public sealed record Log(Address Address, IReadOnlyList<Bytes32> Topics, ReadOnlyMemory<byte> Data);
