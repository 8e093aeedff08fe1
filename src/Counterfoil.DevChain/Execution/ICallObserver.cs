using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

/// <summary>Is told of every call and creation as it begins and ends, properly nested. Asked for only where someone traces: a machine without one pays a comparison with null for each call.</summary>
interface ICallObserver
{
    /// <summary>A call or creation begins, with the gas it may use. A static call has no value.</summary>
    void Enter(Opcode kind, Address from, Address to, UInt256? value, ReadOnlySpan<byte> input, long gas);

    /// <summary>The one that began last ends. <paramref name="refused"/> says why it was not even begun, where it was not.</summary>
    void Exit(long gasLeft, ReadOnlySpan<byte> output, Fault fault, string? refused = null);

    /// <summary>A contract sends all it has away.</summary>
    void SelfDestruct(Address from, Address heir, UInt256 balance);
}
