using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Evm.Blocks;

/// <summary>What came of a transaction, as the receipts root commits to it: the envelope of EIP-2718 around yellow paper §4.3.1, status of EIP-658.</summary>
/// <param name="Type">The type of the transaction.</param>
/// <param name="Succeeded">Whether it ran to its end; false where it was reverted.</param>
/// <param name="CumulativeGasUsed">Gas used in the block up to and with this transaction.</param>
/// <param name="Logs">What the contracts wrote down; empty where it was reverted.</param>
public sealed record TransactionReceipt(TransactionType Type, bool Succeeded, ulong CumulativeGasUsed, IReadOnlyList<LogEntry> Logs)
{
    /// <summary>The filter of the logs. A receipt that says another one is refused, so it is not a field.</summary>
    public Bloom Bloom => Bloom.Of(Logs);

    /// <summary>The consensus encoding.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(512);
        rlp.BeginList();
        rlp.Write(Succeeded ? 1ul : 0);
        rlp.Write(CumulativeGasUsed);
        rlp.Write(Bloom.Bytes);
        rlp.BeginList();
        foreach (var log in Logs) log.Write(rlp);
        rlp.EndList();
        rlp.EndList();
        return Type == TransactionType.Legacy ? rlp.ToArray() : [(byte)Type, .. rlp.WrittenSpan];
    }

    /// <summary>Reads the consensus encoding from a stranger. Receipts of any type up to 4 share the form; those before Byzantium, with a state root, do not.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out TransactionReceipt? receipt)
    {
        receipt = null;
        var verdict = TransactionEnvelope.Open(bytes, TransactionType.SetCode, out var type, out var payload);
        if (!verdict.IsAccepted) return verdict;
        var rlp = new RlpReader(payload);
        rlp.BeginList();
        var status = rlp.ReadBytes();
        if (!rlp.HasFailed && status is not [] and not [1]) rlp.Fail(EvmChecks.ReceiptStatus, "a status of 0 or 1", $"{status.Length} bytes");
        bool succeeded = status.Length == 1;
        ulong gas = rlp.ReadUInt64();
        var bloom = rlp.ReadExactly(Bloom.Size);
        var logs = new List<LogEntry>();
        rlp.BeginList();
        while (rlp.HasMore) logs.Add(LogEntry.Read(ref rlp));
        rlp.EndList();
        rlp.EndList();
        if (!rlp.HasFailed && !bloom.SequenceEqual(Bloom.Of(logs).Bytes)) rlp.Fail(EvmChecks.ReceiptBloom, "the filter of the logs", "another");
        verdict = rlp.Finish();
        if (verdict.IsAccepted) receipt = new TransactionReceipt(type, succeeded, gas, logs);
        return verdict;
    }
}
