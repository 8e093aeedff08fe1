using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain;

/// <content>Accounts that act without a key, as tests ask: a contract that sends, a whale that pays.</content>
public sealed partial class LocalChain
{
    /// <summary>The most accounts that are impersonated at once.</summary>
    internal const int MaxImpersonated = 10_000;

    readonly HashSet<Address> impersonated = [];
    bool impersonatesAll;

    /// <summary>Whether any account may act without a key.</summary>
    internal bool ImpersonatesAll
    {
        get
        {
            lock (turn) return impersonatesAll;
        }
        set
        {
            lock (turn) impersonatesAll = value;
        }
    }

    /// <summary>Accounts that may act without a key, ascending.</summary>
    internal Address[] Impersonated
    {
        get
        {
            lock (turn) return [.. impersonated.OrderBy(account => account.ToHex(), StringComparer.Ordinal)];
        }
    }

    internal bool Impersonates(Address account)
    {
        lock (turn) return impersonatesAll || impersonated.Contains(account);
    }

    /// <summary>Lets an account act without a key. False where too many do.</summary>
    internal bool Impersonate(Address account)
    {
        lock (turn) return impersonated.Contains(account) || impersonated.Count < MaxImpersonated && impersonated.Add(account);
    }

    internal void StopImpersonating(Address account)
    {
        lock (turn) impersonated.Remove(account);
    }

    /// <summary>As <see cref="Submit"/>, for an account that is impersonated: nobody signed, and the account may be a contract. All other rules hold.</summary>
    internal Verdict SubmitAs(Transaction transaction, Address sender, out Keccak256Digest hash)
    {
        var signed = Impersonation.Of(transaction, sender);
        byte[] bytes = signed.Encode();
        hash = Keccak256.Hash(bytes);
        var pending = new PendingTransaction(hash, bytes, signed, Envelope.Of(signed, sender));
        lock (turn) return Take(pending);
    }
}
