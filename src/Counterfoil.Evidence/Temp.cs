#pragma warning disable
namespace Counterfoil.Evm.Contracts {
using Counterfoil.Core.Digests; using Counterfoil.Evm.Blocks;
public record AnchoredEvent(Address Publisher, Bytes32 LogId, ulong Size, Bytes32 Root, Bytes32 Head) { public static bool TryDecode(LogEntry e, out AnchoredEvent? d) { d=null; return false; } }
public record LeaseOpenedEvent(UInt256 LeaseId, UInt256 OrderId, Address Provider, Address Tenant, UInt256 AccountId, UInt256 Rate, Bytes32 BidDigest) { public static bool TryDecode(LogEntry e, out LeaseOpenedEvent? d) { d=null; return false; } }
public record OrderPlacedEvent(UInt256 OrderId, Address Tenant, Bytes32 ManifestDigest, UInt256 MaxRate) { public static bool TryDecode(LogEntry e, out OrderPlacedEvent? d) { d=null; return false; } }
public record LeaseClosedEvent(UInt256 LeaseId, byte Reason, UInt256 Owed, ulong ClosedAt) { public static bool TryDecode(LogEntry e, out LeaseClosedEvent? d) { d=null; return false; } }
public record AuthorizationUsedEvent(Address Authorizer, Bytes32 Nonce) { public static bool TryDecode(LogEntry e, out AuthorizationUsedEvent? d) { d=null; return false; } }
public record TransferEvent(Address From, Address To, UInt256 Value) { public static bool TryDecode(LogEntry e, out TransferEvent? d) { d=null; return false; } }
}
