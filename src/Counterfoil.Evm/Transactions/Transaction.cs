using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Evm.Transactions;

/// <summary>The first byte of a transaction's envelope (EIP-2718).</summary>
public enum TransactionType : byte
{
    /// <summary>No envelope: the form from before EIP-2718.</summary>
    Legacy = 0,
    /// <summary>With an access list (EIP-2930).</summary>
    AccessList = 1,
    /// <summary>With a maximum and a priority fee (EIP-1559): the form this project sends.</summary>
    DynamicFee = 2,
    /// <summary>With blobs (EIP-4844). Its receipt is read; the transaction itself is not.</summary>
    Blob = 3,
    /// <summary>With authorizations, by which accounts run others' code (EIP-7702).</summary>
    SetCode = 4,
}

/// <summary>An account and storage slots that a transaction announces it will touch (EIP-2930).</summary>
/// <param name="Address">The account.</param>
/// <param name="StorageKeys">Its slots.</param>
public sealed record AccessListEntry(Address Address, IReadOnlyList<Bytes32> StorageKeys);

/// <summary>What an account asks the chain to do, not signed yet.</summary>
public sealed record Transaction
{
    /// <summary>The form in which it is signed.</summary>
    public TransactionType Type { get; init; } = TransactionType.DynamicFee;
    /// <summary>The chain it is for (EIP-155); null only for a legacy transaction that any chain would take.</summary>
    public required ulong? ChainId { get; init; }
    /// <summary>The number of transactions the account sent before.</summary>
    public required ulong Nonce { get; init; }
    /// <summary>Wei a unit of gas for the block's builder; for legacy and access-list transactions the gas price.</summary>
    public required UInt256 MaxPriorityFeePerGas { get; init; }
    /// <summary>The most wei a unit of gas may cost in all; for legacy and access-list transactions the gas price.</summary>
    public required UInt256 MaxFeePerGas { get; init; }
    /// <summary>The most gas it may use.</summary>
    public required ulong GasLimit { get; init; }
    /// <summary>The account called; null creates a contract from <see cref="Data"/>.</summary>
    public required Address? To { get; init; }
    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }
    /// <summary>The call's data, or the code that makes the contract.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
    /// <summary>What it announces it will touch.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];
    /// <summary>Which accounts shall run whose code from now on: of a <see cref="TransactionType.SetCode"/> transaction at least one, of others none.</summary>
    public IReadOnlyList<SignedAuthorization> Authorizations { get; init; } = [];

    /// <summary>The digest that is signed.</summary>
    public Keccak256Digest SigningHash => Keccak256.Hash(Encode(null));

    /// <summary>Signs with an account's key.</summary>
    public SignedTransaction Sign(Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SignedTransaction(this, key.Sign(SigningHash));
    }

    /// <summary>Gas charged before anything runs: EIP-2028 data, EIP-2930 list, EIP-3860 init code, EIP-7702 authorizations.</summary>
    public ulong IntrinsicGas
    {
        get
        {
            ulong gas = 21_000;
            foreach (byte b in Data.Span) gas += b == 0 ? 4u : 16u;
            if (To is null) gas += 32_000 + 2 * ((ulong)Data.Length + 31 >> 5);
            foreach (var entry in AccessList) gas += 2_400 + 1_900 * (ulong)entry.StorageKeys.Count;
            gas += 25_000 * (ulong)Authorizations.Count;
            return gas;
        }
    }

    /// <summary>The least gas that it is charged whatever it does, since Prague: ten a token of data, of which a byte other than zero is four (EIP-7623).</summary>
    public ulong FloorGas
    {
        get
        {
            ulong zeros = (ulong)Data.Span.Count((byte)0);
            return 21_000 + 10 * (zeros + 4 * ((ulong)Data.Length - zeros));
        }
    }

    // With a signature the whole envelope; without one what is signed, which for EIP-155 holds (chain id, 0, 0) in its place.
    internal byte[] Encode(EcdsaSignature? signature)
    {
        if (Type is TransactionType.Blob or > TransactionType.SetCode) throw new InvalidOperationException($"transactions of type {Type} are not encoded");
        if ((Type == TransactionType.SetCode) != (Authorizations.Count > 0)) throw new InvalidOperationException("a transaction of type SetCode, and no other, has authorizations");
        if (Type == TransactionType.SetCode && To is null) throw new InvalidOperationException("a transaction of type SetCode creates no contract");
        var rlp = new RlpWriter(256 + Data.Length);
        rlp.BeginList();
        if (Type != TransactionType.Legacy) rlp.Write(ChainId ?? throw new InvalidOperationException("a typed transaction names its chain"));
        rlp.Write(Nonce);
        if (Type >= TransactionType.DynamicFee) rlp.Write(MaxPriorityFeePerGas);
        rlp.Write(MaxFeePerGas);
        rlp.Write(GasLimit);
        rlp.Write(To);
        rlp.Write(Value);
        rlp.Write(Data.Span);
        if (Type != TransactionType.Legacy) WriteAccessList(rlp);
        if (Type == TransactionType.SetCode) SignedAuthorization.Write(rlp, Authorizations);
        if (signature is { } s)
        {
            if (Type != TransactionType.Legacy) rlp.Write(s.YParity ? 1ul : 0);
            else rlp.Write(ChainId is { } chain ? (UInt256)chain * 2 + 35 + (s.YParity ? 1 : 0) : s.V);
            rlp.Write(s.R);
            rlp.Write(s.S);
        }
        else if (Type == TransactionType.Legacy && ChainId is { } chain)
        {
            rlp.Write(chain);
            rlp.Write(0ul);
            rlp.Write(0ul);
        }
        rlp.EndList();
        return Type == TransactionType.Legacy ? rlp.ToArray() : [(byte)Type, .. rlp.WrittenSpan];
    }

    void WriteAccessList(RlpWriter rlp)
    {
        rlp.BeginList();
        foreach (var entry in AccessList)
        {
            rlp.BeginList();
            rlp.Write(entry.Address);
            rlp.BeginList();
            foreach (var key in entry.StorageKeys) rlp.Write(key);
            rlp.EndList();
            rlp.EndList();
        }
        rlp.EndList();
    }
}
