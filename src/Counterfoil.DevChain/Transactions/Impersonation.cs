using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Transactions;

/// <summary>Transactions in the name of an account whose key nobody here has: what <c>anvil_impersonateAccount</c> is for.</summary>
/// <remarks>
/// A block commits to bytes, and these need a signature in its place: r is 2^160 plus the sender's address, s is 1. So the bytes are an envelope that everyone can read, two senders'
/// transactions have two hashes, and roots and receipt proofs are as ever. Recovered as a signature it leads to some other account, which is why the sender of such a transaction is what the
/// chain's operator said and never what was read from bytes: handed in from outside, the same bytes are a transaction of that other account.
/// </remarks>
static class Impersonation
{
    static UInt256 R(Address sender) => (UInt256.One << 160) + sender.ToWord();

    /// <summary>The transaction with what stands in place of a signature.</summary>
    public static SignedTransaction Of(Transaction transaction, Address sender) => new(transaction, new EcdsaSignature(R(sender), UInt256.One, false));

    /// <summary>Whether a transaction that the chain holds as this sender's was made here.</summary>
    public static bool Is(SignedTransaction signed, Address sender) => signed.Signature.S == UInt256.One && signed.Signature.R == R(sender);
}
