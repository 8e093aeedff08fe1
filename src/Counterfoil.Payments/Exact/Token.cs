using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.TypedData;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>A token by everything that identifies it, as its holder knows it; never as a message claims.</summary>
/// <param name="Network">The chain.</param>
/// <param name="Contract">The contract, which is also the <c>verifyingContract</c> of its EIP-712 domain.</param>
/// <param name="Name">The name in its EIP-712 domain.</param>
/// <param name="Version">The version in its EIP-712 domain.</param>
/// <param name="Decimals">How many decimal places of a whole token one unit is.</param>
public sealed record Token(NetworkId Network, Address Contract, string Name, string Version, int Decimals)
{
    /// <summary>The token's EIP-712 domain.</summary>
    public Eip712Domain Domain => new(Name, Version, Network.ChainId, Contract);

    /// <summary>Compares what a message says of this token's signing domain and decimals with what its holder knows.</summary>
    public Verdict MatchDomain(Token claimed)
    {
        ArgumentNullException.ThrowIfNull(claimed);
        return claimed.Name != Name ? Verdict.Reject(PaymentChecks.AssetDomain, $"name '{Name}'", $"'{X402Codec.Excerpt(claimed.Name)}'")
            : claimed.Version != Version ? Verdict.Reject(PaymentChecks.AssetDomain, $"version '{Version}'", $"'{X402Codec.Excerpt(claimed.Version)}'")
            : claimed.Decimals >= 0 && Decimals >= 0 && claimed.Decimals != Decimals
                ? Verdict.Reject(PaymentChecks.AssetDomain, $"{Decimals} decimals", $"{claimed.Decimals}")
            : Verdict.Accept;
    }

    /// <summary>An amount for a person: <c>0.0004 Test Dollar</c>.</summary>
    public string Say(TokenAmount amount) => $"{amount.ToString(Decimals)} {Name}";

    /// <summary>The contract and its chain, as CAIP-10 writes an account.</summary>
    public override string ToString() => $"{Network}:{Contract}";
}
