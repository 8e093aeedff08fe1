using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.DevChain.Blocks;

/// <summary>The base fee from block to block (EIP-1559).</summary>
static class FeeMarket
{
    const ulong ElasticityMultiplier = 2, MaxChangeDenominator = 8;

    /// <summary>Wei per gas that the block after <paramref name="parent"/> burns.</summary>
    public static UInt256 NextBaseFee(BlockHeader parent)
    {
        var fee = parent.BaseFeePerGas ?? default;
        ulong target = parent.GasLimit / ElasticityMultiplier;
        if (parent.GasUsed == target || target == 0) return fee;
        if (parent.GasUsed > target)
        {
            var rise = fee * (parent.GasUsed - target) / target / MaxChangeDenominator;
            return fee + (rise.IsZero ? UInt256.One : rise);
        }
        return fee - fee * (target - parent.GasUsed) / target / MaxChangeDenominator;
    }
}
