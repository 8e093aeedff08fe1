using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 7: money moved for this answer, after its proof had verified.</summary>
/// <param name="InferenceProof">Payload digest of the inference proof, or null.</param>
/// <param name="Lease">Payload digest of the lease whose escrow was settled, or null.</param>
/// <param name="Request">The request digest.</param>
/// <param name="Response">SHA-256 of the response: model id, output and proof.</param>
/// <param name="Proof">SHA-256 of the proof.</param>
/// <param name="Payment">The x402 payment.</param>
/// <param name="Escrow">The lease's settlement, or null if none is claimed.</param>
public sealed record Settlement(
    Sha256Digest? InferenceProof,
    Sha256Digest? Lease,
    Sha256Digest Request,
    Sha256Digest Response,
    Sha256Digest Proof,
    SettledPayment Payment,
    SettledEscrow? Escrow);

/// <summary>An x402 payment of scheme <c>exact</c> by EIP-3009.</summary>
/// <param name="Scheme">Always <c>exact</c>.</param>
/// <param name="Chain">CAIP-2 identifier of the chain it settled on.</param>
/// <param name="Asset">The token.</param>
/// <param name="Amount">Token units.</param>
/// <param name="Payer">Who authorised.</param>
/// <param name="Payee">Who received.</param>
/// <param name="Quote">SHA-256 of the payment requirements that the payer chose.</param>
/// <param name="Salt">The payer's randomness in the nonce.</param>
/// <param name="Nonce">The EIP-3009 nonce: the payment context.</param>
/// <param name="Transaction">Hash of the transaction that moved the money.</param>
public sealed record SettledPayment(
    string Scheme,
    string Chain,
    Address Asset,
    TokenAmount Amount,
    Address Payer,
    Address Payee,
    Sha256Digest Quote,
    Bytes32 Salt,
    Keccak256Digest Nonce,
    Keccak256Digest Transaction);

/// <summary>The close of the lease's escrow.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Owed">Token units that the provider earned, as the contract computed them.</param>
/// <param name="Transaction">Hash of the transaction that closed it.</param>
public sealed record SettledEscrow(UInt256 LeaseId, TokenAmount Owed, Keccak256Digest Transaction);
