using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Cli.Demo;

/// <summary>The in-process settlement chain with our contracts on it, and everyone's account.</summary>
sealed class SettlementChain
{
    readonly Dictionary<string, ChainAccount> accounts;

    public ChainClient Client { get; }
    public JsonRpcDispatcher Dispatcher { get; }
    public ulong ChainId { get; }
    public string Id => $"eip155:{ChainId}";
    public Contract Dollar { get; }
    public Contract Anchor { get; }
    public Contract Escrow { get; }

    SettlementChain(ChainClient client, JsonRpcDispatcher dispatcher, ulong chainId, Dictionary<string, ChainAccount> accounts, Deployment deployed)
    {
        (Client, Dispatcher, ChainId, this.accounts) = (client, dispatcher, chainId, accounts);
        (Dollar, Anchor, Escrow) = (deployed.TestDollar, deployed.Anchor, deployed.LeaseEscrow);
    }

    public ChainAccount Account(string party) => accounts[party];

    /// <summary>Starts the chain, gives everyone gas, deploys the contracts, and gives tenant and agent test dollars.</summary>
    public static async Task<SettlementChain> StartAsync(Cast cast, CancellationToken cancel)
    {
        var gas = UInt256.Parse("1000000000000000000000");
        var chain = new LocalChain(new ChainOptions { Genesis = Cast.Parties.ToDictionary(p => cast.Account(p).Address, _ => gas) }, TimeProvider.System);
        var dispatcher = new JsonRpcDispatcher(chain);
        var client = new ChainClient(new InProcessTransport("the in-process chain", dispatcher.Handle));
        var accounts = Cast.Parties.ToDictionary(p => p, p => new ChainAccount(client, cast.Account(p)));
        var deployed = await Deployment.DeployAsync(accounts["operator"], cancel);
        var started = new SettlementChain(client, dispatcher, chain.ChainId, accounts, deployed);
        await started.SendAsync("operator", started.Dollar, new TestDollarContract.MintCall(accounts["tenant"].Address, 5_000_000), cancel);
        await started.SendAsync("operator", started.Dollar, new TestDollarContract.MintCall(accounts["agent"].Address, 1_000_000), cancel);
        return started;
    }

    /// <summary>A party calls a contract; the receipt of a call that succeeded.</summary>
    public Task<ChainReceipt> SendAsync<TCall, TResult>(string party, Contract contract, IContractCall<TCall, TResult> call, CancellationToken cancel) where TCall : class, IContractCall<TCall, TResult> =>
        accounts[party].SendAndWaitAsync(contract.Call(call), cancellationToken: cancel);

    /// <summary>The chain's clock: the time of its latest block.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancel) =>
        DateTimeOffset.FromUnixTimeSeconds((long)(await Client.GetLatestBlockAsync(cancel)).Header.Timestamp);
}
