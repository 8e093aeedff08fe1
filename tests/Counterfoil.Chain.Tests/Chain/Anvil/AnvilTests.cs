using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>The client and the contracts on a chain that others wrote.</summary>
public sealed class AnvilTests
{
    [Fact]
    public async Task The_client_deploys_pays_anchors_and_proves_on_another_implementation()
    {
        await using var anvil = await AnvilNode.StartAsync();
        using var key = ChainFixture.KeyOf("rich");
        await anvil.FundAsync(key.Address, ChainFixture.Ether * 1_000);
        using var rich = new ChainAccount(anvil.Client, key);

        var deployment = await Deployment.DeployAsync(rich);
        await Deployment.OpenAsync(anvil.Client, deployment.Addresses);
        var someone = Address.FromWord(0xa11ce);
        await rich.SendAndWaitAsync(deployment.TestDollar.Call("mint", key.Address, 1_000UL));
        await rich.SendAndWaitAsync(deployment.TestDollar.Call("transfer", someone, 400UL));
        Assert.Equal((UInt256)400, (await deployment.TestDollar.AskAsync("balanceOf", [someone]))[0].AsNumber);
        Assert.Equal(2, (await deployment.TestDollar.EventsAsync("Transfer")).Count);
        var reverted = await Assert.ThrowsAsync<ChainException>(() => rich.SendAsync(deployment.TestDollar.Call("transfer", someone, 601UL)));
        Assert.Equal($"InsufficientBalance({key.Address}, 600, 601)", deployment.TestDollar.Artifact.DescribeRevert(reverted.RevertData.Span));

        var anchored = await rich.SendAndWaitAsync(deployment.Anchor.Call("anchor", Keccak256.Hash([1]), 10UL, Keccak256.Hash([2])));
        var evidence = await anvil.Client.GetReceiptProofAsync(anchored.TransactionHash);
        Assert.True(evidence.Receipt.Verify(anchored.BlockHash, out var receipt).IsAccepted);
        Assert.True(evidence.Transaction.Verify(anchored.BlockHash, out _).IsAccepted);
        Assert.Equal(deployment.Anchor.Address, Assert.Single(receipt!.Receipt.Logs).Address);
    }
}
