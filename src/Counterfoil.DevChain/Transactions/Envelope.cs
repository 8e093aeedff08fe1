using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Transactions;

/// <summary>What a transaction of any type asks for, once its signature has been read.</summary>
sealed record Envelope
{
    public required Address From { get; init; }
    public Address? To { get; init; }
    public ulong Nonce { get; init; }
    public required ulong GasLimit { get; init; }
    /// <summary>Wei per gas at most; for a transaction with one gas price, that price.</summary>
    public UInt256 MaxFee { get; init; }
    /// <summary>Wei per gas to the block's maker at most; for a transaction with one gas price, that price.</summary>
    public UInt256 MaxTip { get; init; }
    public UInt256 Value { get; init; }
    public ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];
    /// <summary>Versioned hashes; null for every transaction but that of EIP-4844.</summary>
    public IReadOnlyList<Bytes32>? BlobHashes { get; init; }
    public UInt256 MaxBlobFee { get; init; }
    /// <summary>What is to be delegated; null for every transaction but that of EIP-7702.</summary>
    public IReadOnlyList<SignedAuthorization>? Authorizations { get; init; }
    /// <summary>A question such as <c>eth_call</c>: nobody signed it, so nonce, kind of sender and fees are not looked at.</summary>
    public bool IsQuestion { get; init; }
    /// <summary>A transaction of an account that the chain impersonates, which may be a contract: see <see cref="Impersonation"/>.</summary>
    public bool IsImpersonated { get; init; }

    /// <summary>What a signed transaction asks for; who signed it has been found out by the caller.</summary>
    public static Envelope Of(SignedTransaction signed, Address sender) => Of(signed.Transaction, sender) with { IsImpersonated = Impersonation.Is(signed, sender) };

    static Envelope Of(Transaction transaction, Address sender) => new()
    {
        From = sender,
        To = transaction.To,
        Nonce = transaction.Nonce,
        GasLimit = transaction.GasLimit,
        MaxFee = transaction.MaxFeePerGas,
        MaxTip = transaction.MaxPriorityFeePerGas,
        Value = transaction.Value,
        Data = transaction.Data,
        AccessList = transaction.AccessList,
        Authorizations = transaction.Type == TransactionType.SetCode ? transaction.Authorizations : null,
    };

    public UInt256 EffectiveGasPrice(UInt256 baseFee)
    {
        if (IsQuestion) return MaxFee;
        var tip = MaxFee - baseFee;
        return tip < MaxTip ? MaxFee : baseFee + MaxTip;
    }

    /// <summary>What is paid before anything runs (Yellow Paper, eq. 62, with EIP-2028, EIP-2930, EIP-3860 and EIP-7702).</summary>
    public long IntrinsicGas
    {
        get
        {
            int zeros = Data.Span.Count((byte)0);
            long gas = Execution.Gas.Transaction + Execution.Gas.DataZero * zeros + Execution.Gas.DataNonZero * (Data.Length - zeros);
            if (To is null) gas += Execution.Gas.TransactionCreate + Execution.Gas.InitCodeWord * Execution.Gas.Words(Data.Length);
            foreach (var entry in AccessList) gas += Execution.Gas.AccessListAddress + Execution.Gas.AccessListKey * entry.StorageKeys.Count;
            gas += Execution.Gas.Authorization * (Authorizations?.Count ?? 0);
            return gas;
        }
    }

    /// <summary>The least that is paid from Prague on, whatever runs (EIP-7623).</summary>
    public long FloorGas
    {
        get
        {
            int zeros = Data.Span.Count((byte)0);
            return Execution.Gas.Transaction + Execution.Gas.FloorToken * (zeros + 4L * (Data.Length - zeros));
        }
    }
}
