using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Payments.Exact;

namespace Counterfoil.Cli.Bench;

/// <summary>The in-process chain with the product's contracts, and parties whose keys are no secret.</summary>
sealed class BenchChain : IDisposable
{
    static readonly string[] Parties = ["operator", "buyer", "seller", "submitter"];

    readonly Dictionary<string, Secp256k1PrivateKey> keys = Parties.ToDictionary(p => p, p => new Secp256k1PrivateKey(Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"counterfoil bench {p}")).ToArray()));
    readonly Dictionary<string, ChainAccount> accounts;

    public ChainClient Client { get; }
    public ulong ChainId { get; }
    public Deployment Contracts { get; private set; } = null!;
    public Token Dollar => new(new NetworkId(ChainId), Contracts.TestDollar.Address, "Test Dollar", "1", 6);

    BenchChain()
    {
        var ether = UInt256.Parse("1000000000000000000000");
        var chain = new LocalChain(new ChainOptions { Genesis = keys.Values.ToDictionary(k => k.Address, _ => ether) }, TimeProvider.System);
        ChainId = chain.ChainId;
        Client = new ChainClient(new InProcessTransport("the in-process chain", new JsonRpcDispatcher(chain).Handle));
        accounts = keys.ToDictionary(k => k.Key, k => new ChainAccount(Client, k.Value));
    }

    public Secp256k1PrivateKey Key(string party) => keys[party];

    /// <summary>Starts it, deploys the contracts, and gives the buyer a thousand test dollars.</summary>
    public static async Task<BenchChain> StartAsync(CancellationToken cancel)
    {
        var chain = new BenchChain();
        chain.Contracts = await Deployment.DeployAsync(chain.accounts["operator"], cancel);
        await chain.SendAsync("operator", chain.Contracts.TestDollar, new TestDollarContract.MintCall(chain.Key("buyer").Address, 1_000_000_000), cancel);
        return chain;
    }

    /// <summary>A party calls a contract; the receipt of a call that succeeded.</summary>
    public Task<ChainReceipt> SendAsync<TCall, TResult>(string party, Contract contract, IContractCall<TCall, TResult> call, CancellationToken cancel) where TCall : class, IContractCall<TCall, TResult> =>
        accounts[party].SendAndWaitAsync(contract.Call(call), cancellationToken: cancel);

    public void Dispose()
    {
        foreach (var account in accounts.Values) account.Dispose();
        foreach (var key in keys.Values) key.Dispose();
    }
}
