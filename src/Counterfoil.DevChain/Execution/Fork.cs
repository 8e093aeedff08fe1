namespace Counterfoil.DevChain;

/// <summary>Which rules of Ethereum a chain runs by: each has those of the forks before it.</summary>
public enum Fork
{
    /// <summary>March 2024: transient storage, MCOPY, blobs.</summary>
    Cancun,
    /// <summary>May 2025: accounts that run others' code (EIP-7702), a floor under the price of data (EIP-7623).</summary>
    Prague,
    /// <summary>December 2025: CLZ (EIP-7939), P256VERIFY (EIP-7951), dearer MODEXP (EIP-7883, EIP-7823), a limit on a transaction's gas (EIP-7825).</summary>
    Osaka,
}
