using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;

namespace Counterfoil.Market.Leases;

/// <summary>An order, as the events told it.</summary>
/// <param name="OrderId">Its number.</param>
/// <param name="Tenant">Who placed it.</param>
/// <param name="ManifestDigest">SHA-256 of the workload manifest.</param>
/// <param name="MaxRate">No bid above it can be accepted.</param>
public sealed record OrderEntry(UInt256 OrderId, Address Tenant, Sha256Digest ManifestDigest, Rate MaxRate)
{
    /// <summary>The lease it was last given, or null.</summary>
    public UInt256? LeaseId { get; init; }

    /// <summary>Whether the tenant withdrew it.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Whether this manifest is what the order is for: its SHA-256 is on chain.</summary>
    public Verdict Check(WorkloadManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var digest = manifest.Digest;
        return digest == ManifestDigest ? Verdict.Accept : Verdict.Reject(MarketChecks.OrderManifest, $"the manifest {ManifestDigest}", digest.ToString());
    }
}

/// <summary>A lease, as the events told it.</summary>
/// <param name="LeaseId">Its number.</param>
/// <param name="OrderId">The order that it serves.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="Tenant">Who ordered.</param>
/// <param name="Provider">Who serves and is paid.</param>
/// <param name="Rate">What it costs.</param>
/// <param name="BidDigest">The accepted bid.</param>
/// <param name="OpenedAt">The time of the block that opened it.</param>
/// <remarks>What an open lease is owed is not here: the escrow's <c>owed</c> says it. There is one set of rules, in Solidity.</remarks>
public sealed record LeaseEntry(
    UInt256 LeaseId, UInt256 OrderId, UInt256 AccountId, Address Tenant, Address Provider, Rate Rate, Keccak256Digest BidDigest, DateTimeOffset OpenedAt)
{
    /// <summary>Why it ended, or <see cref="CloseReason.None"/>.</summary>
    public CloseReason Reason { get; init; }

    /// <summary>When it ended, in Unix seconds; 0 while it is open.</summary>
    public ulong ClosedAt { get; init; }

    /// <summary>What it earned in all; nothing while it is open.</summary>
    public TokenAmount Earned { get; init; }

    /// <summary>What was withdrawn.</summary>
    public TokenAmount Withdrawn { get; init; }

    /// <summary>Whether it runs and earns.</summary>
    public bool IsOpen => Reason == CloseReason.None;
}

/// <summary>An account, as the events told it.</summary>
/// <param name="AccountId">Its number.</param>
/// <param name="Tenant">Who gets its refunds.</param>
public sealed record AccountEntry(UInt256 AccountId, Address Tenant)
{
    /// <summary>Everything that was paid in.</summary>
    public TokenAmount Deposited { get; init; }

    /// <summary>Everything that went back to the tenant.</summary>
    public TokenAmount Refunded { get; init; }

    /// <summary>What its closed leases earned in all.</summary>
    public TokenAmount Earned { get; init; }

    /// <summary>When its money ends, in Unix seconds; the largest value for never.</summary>
    public ulong ExhaustAt { get; init; } = ulong.MaxValue;

    /// <summary>How many of its leases are open.</summary>
    public int OpenLeases { get; init; }
}
