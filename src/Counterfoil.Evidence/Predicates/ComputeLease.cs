using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 3: a machine was ordered, bid for and leased on the settlement chain, for this workload.</summary>
/// <param name="Dataset">Payload digest of the dataset commitment that the workload reads, or null.</param>
/// <param name="ManifestDigest">SHA-256 of the workload manifest; also on chain with the order.</param>
/// <param name="Chain">CAIP-2 identifier of the settlement chain.</param>
/// <param name="Escrow">The contract that holds the escrow and the lease.</param>
/// <param name="OrderId">The order's number in that contract.</param>
/// <param name="LeaseId">The lease's number.</param>
/// <param name="AccountId">The escrow account that pays.</param>
/// <param name="Tenant">Who ordered.</param>
/// <param name="Provider">Whose bid was accepted.</param>
/// <param name="Rate">Token units · 2^64 a second, as the contract counts.</param>
/// <param name="BidDigest">EIP-712 digest of the signed bid.</param>
/// <param name="Location">Where the machine says it is; a claim.</param>
/// <param name="HardwareChallenges">Digests of answered hardware challenges; empty says that none was made.</param>
/// <param name="OpenedAt">The lease's start, by the chain's clock.</param>
public sealed record ComputeLease(
    Sha256Digest? Dataset,
    Sha256Digest ManifestDigest,
    string Chain,
    Address Escrow,
    UInt256 OrderId,
    UInt256 LeaseId,
    UInt256 AccountId,
    Address Tenant,
    Address Provider,
    UInt256 Rate,
    Keccak256Digest BidDigest,
    string Location,
    ImmutableArray<Sha256Digest> HardwareChallenges,
    DateTimeOffset OpenedAt);
