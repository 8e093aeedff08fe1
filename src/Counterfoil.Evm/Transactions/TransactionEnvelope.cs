using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Transactions;

/// <summary>The envelope of EIP-2718, around transactions and receipts: a type byte, or none for a legacy list.</summary>
static class TransactionEnvelope
{
    public static Verdict Open(ReadOnlySpan<byte> bytes, TransactionType highest, out TransactionType type, out ReadOnlySpan<byte> payload)
    {
        type = TransactionType.Legacy;
        payload = bytes;
        if (bytes.IsEmpty) return Verdict.Reject(EvmChecks.TransactionType, "an envelope", "nothing");
        if (bytes[0] >= 0xc0) return Verdict.Accept;
        if (bytes[0] == 0 || bytes[0] > (byte)highest) return Verdict.Reject(EvmChecks.TransactionType, $"a list, or a type of 1 to {(byte)highest}", $"{bytes[0]}");
        type = (TransactionType)bytes[0];
        payload = bytes[1..];
        return Verdict.Accept;
    }
}
