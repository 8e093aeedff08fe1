using Counterfoil.Core.Verdicts;

namespace Counterfoil.DevChain.Transactions;

/// <summary>Every check that this room makes on a transaction from a stranger, by its stable identifier.</summary>
public static class DevChainChecks
{
    /// <summary>The transaction is signed for this chain (EIP-155).</summary>
    public static readonly Check ChainId = new("devchain.chain-id");
    /// <summary>The nonce is the sender's next.</summary>
    public static readonly Check Nonce = new("devchain.nonce");
    /// <summary>The sender has no code (EIP-3607), or only a delegation (EIP-7702).</summary>
    public static readonly Check SenderIsExternal = new("devchain.sender-is-external");
    /// <summary>The fee covers the block's base fee, and the tip is within the fee (EIP-1559).</summary>
    public static readonly Check Fee = new("devchain.fee");
    /// <summary>The blobs are well-formed, few enough, and paid for (EIP-4844).</summary>
    public static readonly Check Blobs = new("devchain.blobs");
    /// <summary>A transaction that sets code has a recipient and an authorization, and the fork knows it (EIP-7702).</summary>
    public static readonly Check Authorizations = new("devchain.authorizations");
    /// <summary>The sender holds what the transaction may cost at most.</summary>
    public static readonly Check Funds = new("devchain.funds");
    /// <summary>The gas limit is within the block's, and within a transaction's (EIP-7825).</summary>
    public static readonly Check GasLimit = new("devchain.gas-limit");
    /// <summary>The gas limit covers what the transaction costs before it runs, and the floor (EIP-7623).</summary>
    public static readonly Check IntrinsicGas = new("devchain.intrinsic-gas");
    /// <summary>The initialisation code is no longer than EIP-3860 allows.</summary>
    public static readonly Check InitCode = new("devchain.init-code");
    /// <summary>No transaction with this hash is known already.</summary>
    public static readonly Check Known = new("devchain.known");
    /// <summary>A transaction that replaces a waiting one pays a tenth more.</summary>
    public static readonly Check Replacement = new("devchain.replacement");
    /// <summary>A reorg takes back blocks that are there, and puts transactions into those that it makes.</summary>
    public static readonly Check Reorg = new("devchain.reorg");
    /// <summary>An entry of a chain's journal, or its first, says what is known and within limits.</summary>
    public static readonly Check Entry = new("devchain.entry");
    /// <summary>There is room for another waiting transaction.</summary>
    public static readonly Check PoolLimit = new("devchain.pool-limit");
}
