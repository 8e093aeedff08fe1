using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>The product's deployment and its receipt proofs, on our chain and on one that others wrote.</summary>
public sealed class DeploymentTests
{
    [Theory, OnBothChains]
    public async Task The_client_deploys_pays_anchors_and_proves(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var rich = await chain.AccountAsync("rich");
        var deployment = await Deployment.DeployAsync(rich);
        await Deployment.OpenAsync(chain.Client, deployment.Addresses);
        var someone = Address.FromWord(0xa11ce);
        await rich.SendAndWaitAsync(deployment.TestDollar.Call("mint", rich.Address, 1_000UL));
        await rich.SendAndWaitAsync(deployment.TestDollar.Call("transfer", someone, 400UL));
        Assert.Equal((UInt256)400, (await deployment.TestDollar.AskAsync("balanceOf", [someone]))[0].AsNumber);
        Assert.Equal(2, (await deployment.TestDollar.EventsAsync("Transfer")).Count);
        Assert.Equal($"InsufficientBalance({rich.Address}, 600, 601)", await chain.RevertAsync(rich, deployment.TestDollar, "transfer", someone, 601UL));

        var anchored = await rich.SendAndWaitAsync(deployment.Anchor.Call("anchor", Keccak256.Hash([1]), 10UL, Keccak256.Hash([2])));
        var evidence = await chain.Client.GetReceiptProofAsync(anchored.TransactionHash);
        Assert.True(evidence.Receipt.Verify(anchored.BlockHash, out var receipt).IsAccepted);
        Assert.True(evidence.Transaction.Verify(anchored.BlockHash, out _).IsAccepted);
        Assert.Equal(deployment.Anchor.Address, Assert.Single(receipt!.Receipt.Logs).Address);
    }
}
