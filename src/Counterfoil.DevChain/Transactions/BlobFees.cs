using System.Numerics;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Transactions;

/// <summary>The fee market of blobs (EIP-4844). No blob is ever carried here; programs may still ask for the price.</summary>
static class BlobFees
{
    /// <summary>Wei per unit of blob gas: <c>fake_exponential(1, excess, fraction)</c> of the EIP, a Taylor series in integers.</summary>
    public static UInt256 BaseFee(ulong excessBlobGas, Fork fork)
    {
        // Prague doubles the target (EIP-7691).
        ulong fraction = fork == Fork.Cancun ? 3_338_477ul : 5_007_716;
        BigInteger sum = 0, term = fraction;
        for (int i = 1; term > 0; i++)
        {
            sum += term;
            term = term * excessBlobGas / ((BigInteger)fraction * i);
        }
        return (UInt256)(sum / fraction);
    }
}
