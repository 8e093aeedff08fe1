using Counterfoil.Evm;

namespace Counterfoil.Chain.Sending;

/// <summary>What a transaction offers for a unit of gas (EIP-1559).</summary>
/// <param name="Most">The most wei in all.</param>
/// <param name="Tip">The most wei for the block's builder.</param>
public readonly record struct Fees(UInt256 Most, UInt256 Tip)
{
    /// <summary>What the latest blocks suggest: the median of their tips, and twice the next block's base fee, which lasts through six full blocks in a row.</summary>
    /// <param name="history">Of an endpoint, which may say anything: the cap of the rules holds.</param>
    /// <param name="rules">Least tip and cap.</param>
    public static Fees Estimate(FeeHistory history, FeeRules rules)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(rules);
        // An empty block's tip is 0 and says nothing of what builders ask.
        var tips = history.Tips.Where(tip => !tip.IsZero).Order().ToArray();
        var tip = tips.Length == 0 ? rules.LeastTip : Max(tips[tips.Length / 2], rules.LeastTip);
        tip = Min(tip, rules.Cap);
        return new Fees(history.NextBaseFee > rules.Cap / 2 ? rules.Cap : Min(history.NextBaseFee * 2 + tip, rules.Cap), tip);
    }

    /// <summary>What a replacement must offer: the fresh estimate, and of both parts an eighth more than before, which is the most that any client asks (geth 10 %, others 12.5 %). Null where that is above the cap.</summary>
    public Fees? Replace(Fees fresh, FeeRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var raised = new Fees(Max(fresh.Most, Raise(Most)), Max(fresh.Tip, Raise(Tip)));
        if (raised.Most > rules.Cap) return null;
        return raised with { Tip = Min(raised.Tip, raised.Most) };
    }

    static UInt256 Raise(UInt256 fee) => fee + fee / 8 + 1;
    static UInt256 Max(UInt256 a, UInt256 b) => a > b ? a : b;
    static UInt256 Min(UInt256 a, UInt256 b) => a < b ? a : b;
}

/// <summary>The limits of what an account offers for gas.</summary>
public sealed record FeeRules
{
    /// <summary>The most wei per gas that is ever offered, whatever an endpoint says; 500 gwei.</summary>
    public UInt256 Cap { get; init; } = 500_000_000_000;
    /// <summary>The least tip, in wei per gas; 1 gwei.</summary>
    public UInt256 LeastTip { get; init; } = 1_000_000_000;
    /// <summary>How many blocks are looked back on.</summary>
    public int Blocks { get; init; } = 10;
    /// <summary>The place in each block's tips, 0 to 100.</summary>
    public int Percentile { get; init; } = 50;
}
