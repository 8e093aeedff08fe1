using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Evm.Transactions;

/// <summary>A transaction and the signature of the account that sends it.</summary>
/// <param name="Transaction">What is asked.</param>
/// <param name="Signature">Over <see cref="Transaction.SigningHash"/>.</param>
public sealed record SignedTransaction(Transaction Transaction, EcdsaSignature Signature)
{
    /// <summary>The longest transaction that is read, in bytes: what clients pass on.</summary>
    public const int MaxLength = 128 * 1024;
    /// <summary>The longest code that makes a contract, in bytes (EIP-3860).</summary>
    public const int MaxInitCode = 49_152;

    /// <summary>The envelope: what <c>eth_sendRawTransaction</c> takes and the transactions root commits to.</summary>
    public byte[] Encode() => Transaction.Encode(Signature);

    /// <summary>The transaction's hash.</summary>
    public Keccak256Digest Hash => Keccak256.Hash(Encode());

    /// <summary>Recovers the account that signed.</summary>
    public Verdict RecoverSender(out Address sender)
    {
        var verdict = Secp256k1PublicKey.Recover(Transaction.SigningHash, Signature, out var key);
        sender = verdict.IsAccepted ? key.Address : default;
        return verdict;
    }

    /// <summary>The rules that need no state, of every fork since Cancun: the chain, fees in order, enough gas for its own bytes, init code within its limit, nonce below 2^64 − 1, fee below 2^256.</summary>
    /// <param name="chainId">The chain asked; a legacy transaction from before EIP-155 is for any.</param>
    public Verdict CheckRules(ulong chainId)
    {
        var t = Transaction;
        if (t.ChainId is { } chain && chain != chainId) return Verdict.Reject(EvmChecks.TransactionChainId, $"chain {chainId}", $"chain {chain}");
        if (t.MaxPriorityFeePerGas > t.MaxFeePerGas)
            return Verdict.Reject(EvmChecks.TransactionFees, $"a priority fee of at most {t.MaxFeePerGas}", $"{t.MaxPriorityFeePerGas}");
        if (UInt256.MultiplyOverflows(t.GasLimit, t.MaxFeePerGas, out _))
            return Verdict.Reject(EvmChecks.TransactionFees, "a fee below 2^256", $"{t.GasLimit} gas at {t.MaxFeePerGas}");
        if (t.GasLimit < t.IntrinsicGas) return Verdict.Reject(EvmChecks.TransactionGas, $"at least {t.IntrinsicGas} gas", $"{t.GasLimit}");
        if (t.Nonce == ulong.MaxValue) return Verdict.Reject(EvmChecks.TransactionNonce, "a nonce below 2^64 - 1 (EIP-2681)", $"{t.Nonce}");
        if (t.To is null && t.Data.Length > MaxInitCode)
            return Verdict.Reject(EvmChecks.TransactionInitCode, $"at most {MaxInitCode} bytes (EIP-3860)", $"{t.Data.Length}");
        return Verdict.Accept;
    }

    /// <summary>Reads an envelope from a stranger: legacy (EIP-155 and before), EIP-2930, EIP-1559 and EIP-7702, signature in range and low-S (EIP-2).</summary>
    /// <remarks>That it decodes says nothing of who signed it: ask <see cref="RecoverSender"/>; nor of its worth: ask <see cref="CheckRules"/>.</remarks>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out SignedTransaction? transaction)
    {
        transaction = null;
        if (bytes.Length > MaxLength) return Verdict.Reject(EvmChecks.RlpLimit, $"at most {MaxLength} bytes", $"{bytes.Length}");
        var verdict = TransactionEnvelope.Open(bytes, TransactionType.SetCode, out var type, out var payload);
        if (!verdict.IsAccepted) return verdict;
        if (type == TransactionType.Blob) return Verdict.Reject(EvmChecks.TransactionType, "a transaction without blobs", "one with blobs (EIP-4844)");

        var rlp = new RlpReader(payload);
        rlp.BeginList();
        bool typed = type != TransactionType.Legacy;
        ulong? chainId = typed ? rlp.ReadUInt64() : null;
        ulong nonce = rlp.ReadUInt64();
        var priority = rlp.ReadUInt256();
        var fee = type >= TransactionType.DynamicFee ? rlp.ReadUInt256() : priority;
        ulong gasLimit = rlp.ReadUInt64();
        Address? to = type == TransactionType.SetCode ? rlp.ReadAddress() : rlp.ReadOptionalAddress();
        var value = rlp.ReadUInt256();
        byte[] data = rlp.ReadBytes().ToArray();
        var accessList = typed ? ReadAccessList(ref rlp) : [];
        var authorizations = type == TransactionType.SetCode ? SignedAuthorization.Read(ref rlp) : [];
        if (type == TransactionType.SetCode && authorizations.Count == 0) rlp.Fail(EvmChecks.TransactionAuthorizations, "at least one authorization", "none");
        var v = rlp.ReadUInt256();
        var r = rlp.ReadUInt256();
        var s = rlp.ReadUInt256();
        rlp.EndList();
        bool odd = typed ? ReadParity(ref rlp, v) : ReadV(ref rlp, v, out chainId);
        verdict = rlp.Finish();
        if (!verdict.IsAccepted) return verdict;

        var signature = new EcdsaSignature(r, s, odd);
        verdict = signature.CheckRange();
        if (!verdict.IsAccepted) return verdict;
        transaction = new SignedTransaction(new Transaction
        {
            Type = type, ChainId = chainId, Nonce = nonce, MaxPriorityFeePerGas = priority, MaxFeePerGas = fee, GasLimit = gasLimit,
            To = to, Value = value, Data = data, AccessList = accessList, Authorizations = authorizations,
        }, signature);
        return verdict;
    }

    static List<AccessListEntry> ReadAccessList(ref RlpReader rlp)
    {
        var entries = new List<AccessListEntry>();
        rlp.BeginList();
        while (rlp.HasMore)
        {
            rlp.BeginList();
            var address = rlp.ReadAddress();
            var keys = new List<Bytes32>();
            rlp.BeginList();
            while (rlp.HasMore) keys.Add(rlp.ReadBytes32());
            rlp.EndList();
            rlp.EndList();
            entries.Add(new AccessListEntry(address, keys));
        }
        rlp.EndList();
        return entries;
    }

    static bool ReadParity(ref RlpReader rlp, UInt256 v) =>
        v <= 1 ? !v.IsZero : rlp.Fail(EvmChecks.SignatureEncoding, "a parity of 0 or 1", v.ToString());

    // 27 + parity, or 35 + 2 · chain id + parity (EIP-155).
    static bool ReadV(ref RlpReader rlp, UInt256 v, out ulong? chainId)
    {
        chainId = null;
        if (v == 27 || v == 28) return v == 28;
        if (v < 37 || (v - 35) >> 1 > ulong.MaxValue) return rlp.Fail(EvmChecks.SignatureEncoding, "v of 27, 28 or 35 + 2 · chain id + parity", v.ToString());
        chainId = ((v - 35) >> 1).U0;
        return !v.Bit(0);
    }
}
