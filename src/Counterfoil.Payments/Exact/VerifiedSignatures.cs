using System.Collections.Concurrent;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Payments.Exact;

/// <summary>
/// Remembers signatures that were verified, so that a gate and a facilitator in one process do not recover the same key three times; recovery is most
/// of what a payment costs. Only acceptances are kept, and under everything that they depend on: digest (which covers token, chain and every
/// field), signature and payer. Safe for concurrent use.
/// </summary>
/// <param name="capacity">About how many are kept; at least 1.</param>
public sealed class VerifiedSignatures(int capacity = 4096)
{
    // Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
    ConcurrentDictionary<(Bytes32, AuthorizationSignature, Address), bool> young = [], old = [];

    /// <summary>As <see cref="AuthorizationSignature.Verify"/>.</summary>
    public Verdict Verify(AuthorizationSignature signature, TransferAuthorization authorization, Token token)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        var key = (authorization.SigningDigest(token), signature, authorization.From);
        if (young.ContainsKey(key) || old.ContainsKey(key)) return Verdict.Accept;
        var verdict = signature.Verify(authorization, token);
        if (verdict is not Verdict.Accepted) return verdict;
        if (young.Count >= capacity) (old, young) = (young, []);
        young.TryAdd(key, true);
        return verdict;
    }
}
