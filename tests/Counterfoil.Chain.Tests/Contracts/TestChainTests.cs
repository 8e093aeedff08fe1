using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>What every scenario on both chains relies on.</summary>
public sealed class TestChainTests
{
    // RETURN(TIMESTAMP), as a call without a recipient.
    static readonly ContractCall Clock = new() { To = null, Data = (byte[])[0x42, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3] };

    [Theory, OnBothChains]
    public async Task Time_stands_still_until_it_is_moved_and_is_then_that_of_blocks_calls_and_what_comes_next(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var rich = await chain.AccountAsync("rich");
        foreach (ulong wait in (ulong[])[0, 1, 86_400])
        {
            ulong expected = await chain.TimeAsync() + wait;
            await chain.WaitAsync(wait);
            for (int i = 0; i < 2; i++)
            {
                var receipt = await rich.SendAndWaitAsync(new ContractCall { To = Address.FromWord(0xa11ce), Value = 1 });
                Assert.Equal(expected, (await chain.Client.GetBlockAsync(receipt.BlockNumber))!.Header.Timestamp);
                Assert.Equal((UInt256)expected, UInt256.ReadBigEndian(await chain.Client.CallAsync(Clock)));
                Assert.Equal((UInt256)expected, UInt256.ReadBigEndian(await chain.Client.CallNextAsync(Clock)));
            }
        }
    }
}
