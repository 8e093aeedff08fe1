using System.Numerics;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Transactions;

/// <summary>The fee market of blobs (EIP-4844). No blob is ever carried here; programs may still ask for the price.</summary>
static class BlobFees
{
    const ulong UpdateFraction = 3_338_477;

    /// <summary>Wei per unit of blob gas: <c>fake_exponential(1, excess, 3338477)</c> of the EIP, a Taylor series in integers.</summary>
    public static UInt256 BaseFee(ulong excessBlobGas)
    {
        BigInteger sum = 0, term = UpdateFraction;
        for (int i = 1; term > 0; i++)
        {
            sum += term;
            term = term * excessBlobGas / ((BigInteger)UpdateFraction * i);
        }
        return (UInt256)(sum / UpdateFraction);
    }
}
