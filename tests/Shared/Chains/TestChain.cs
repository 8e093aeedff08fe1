using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Tests.Chains;

/// <summary>A chain for one contract scenario: ours in this process, or Foundry's anvil in a process of its own, both spoken to by JSON-RPC through the product's client.</summary>
/// <remarks>
/// A scenario is a theory that runs once on each:
/// <code>
/// [Theory, OnBothChains]
/// public async Task A_stranger_cannot_mint(ChainKind kind)
/// {
///     await using var chain = await TestChain.StartAsync(kind);      // nothing on it, at TestChain.Start
///     var faucet = await chain.AccountAsync("faucet");               // a key and 1,000 ether; the same name, the same account
///     var stranger = await chain.AccountAsync("stranger");
///     var dollar = await chain.DeployAsync(faucet, ContractArtifact.TestDollar);
///     await faucet.SendAndWaitAsync(dollar.Call("mint", stranger.Address, 5UL));
///     await chain.WaitAsync(3_600);                                  // an hour passes
///     Assert.Equal((UInt256)5, (await dollar.AskAsync("balanceOf", [stranger.Address]))[0].AsNumber);
///     Assert.Equal($"NotFaucet({stranger.Address})", await chain.RevertAsync(stranger, dollar, "mint", stranger.Address, 1UL));
/// }
/// </code>
/// Time stands still but for <see cref="WaitAsync"/> and <see cref="WarpAsync"/>: every block, call and estimate after them has exactly that time, so that
/// amounts that grow by the second can be told to the unit. What needs another method of the chain sends it: <c>chain.Client.SendAsync("evm_mine")</c>; but
/// an account counts its nonces, so that after <c>evm_revert</c> it is out of step.
/// To sign in an account's name, take <see cref="KeyOf"/>. Where anvil is not installed its half skips, and in CI that is a failure.
/// </remarks>
sealed class TestChain : IAsyncDisposable
{
    /// <summary>The time of the first block, in seconds since 1970.</summary>
    public const ulong Start = 1_800_000_000;

    static readonly UInt256 Ether = UInt256.Parse("1000000000000000000");

    readonly Dictionary<string, (Secp256k1PrivateKey Key, ChainAccount Account)> accounts = [];
    readonly AnvilNode? anvil;

    TestChain(ChainKind kind, ChainClient client, AnvilNode? anvil) => (Kind, Client, this.anvil) = (kind, client, anvil);

    public ChainKind Kind { get; }
    public ChainClient Client { get; }

    /// <summary>Starts a chain at <see cref="Start"/> whose clock stands still.</summary>
    public static async Task<TestChain> StartAsync(ChainKind kind)
    {
        if (kind == ChainKind.DevChain)
        {
            var chain = new LocalChain(new ChainOptions(), new StandingClock());
            return new TestChain(kind, new ChainClient(new InProcessTransport("devchain", new JsonRpcDispatcher(chain).Handle)), null);
        }
        var anvil = await AnvilNode.StartAsync(options: ["--timestamp", $"{Start}"]);
        await anvil.Client.SendAsync("anvil_setBlockTimestampInterval", json => json.WriteNumberValue(0));
        return new TestChain(kind, anvil.Client, anvil);
    }

    /// <summary>The key of the account of a name.</summary>
    public static Secp256k1PrivateKey KeyOf(string name) => new(Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(name)).ToArray());

    /// <summary>The account of a name, with 1,000 ether. The chain disposes of it.</summary>
    public Task<ChainAccount> AccountAsync(string name) => AccountAsync(name, () => KeyOf(name));

    /// <summary>The account of a key that the test made by its own rule, under a name of its own. The chain disposes of both.</summary>
    public async Task<ChainAccount> AccountAsync(string name, Func<Secp256k1PrivateKey> make)
    {
        if (accounts.TryGetValue(name, out var known)) return known.Account;
        var key = make();
        var account = new ChainAccount(Client, key);
        accounts[name] = (key, account);
        await Client.SendAsync("anvil_setBalance", json =>
        {
            json.WriteStringValue(account.Address.ToHex());
            json.WriteStringValue((Ether * 1_000).ToHex());
        });
        return account;
    }

    /// <summary>Creates a contract of the product's.</summary>
    public async Task<Contract> DeployAsync(ChainAccount by, ContractArtifact artifact, params AbiValue[] arguments) =>
        new(Client, artifact, (await by.DeployAsync(artifact.InitCode(arguments))).Address);

    /// <summary>The time of the latest block, which is now.</summary>
    public async Task<ulong> TimeAsync() => (await Client.GetLatestBlockAsync()).Header.Timestamp;

    /// <summary>Lets so many seconds pass, by an empty block.</summary>
    public async Task WaitAsync(ulong seconds) => await WarpAsync(await TimeAsync() + seconds);

    /// <summary>Lets time pass up to a second since 1970, by an empty block.</summary>
    public async Task WarpAsync(ulong timestamp)
    {
        await Client.SendAsync("evm_setNextBlockTimestamp", json => json.WriteNumberValue(timestamp));
        await Client.SendAsync("evm_mine");
        Assert.Equal(timestamp, await TimeAsync());
    }

    /// <summary>What a call reverts with. It is tried, and then sent all the same, to fail in a block as well.</summary>
    public async Task<byte[]> RevertDataAsync(ChainAccount by, ContractCall call)
    {
        var tried = await Assert.ThrowsAsync<ChainException>(() => Client.CallAsync(call with { From = by.Address }));
        Assert.Equal(ChainFailure.Reverted, tried.Kind);
        var sent = await by.SendAsync(call, gasLimit: 5_000_000);
        Assert.False((await Client.WaitForReceiptAsync(sent)).Succeeded, "the call reverted when it was tried and not when it was sent");
        return tried.RevertData.ToArray();
    }

    /// <summary>What a call reverts with, in the words of the contract's errors: <c>NotFaucet(0x…)</c>.</summary>
    public async Task<string> RevertAsync(ChainAccount by, Contract contract, string function, params AbiValue[] arguments)
    {
        byte[] data = await RevertDataAsync(by, contract.Call(function, arguments));
        return contract.Artifact.DescribeRevert(data) ?? $"0x{Convert.ToHexStringLower(data)}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (key, account) in accounts.Values)
        {
            account.Dispose();
            key.Dispose();
        }
        if (anvil is not null) await anvil.DisposeAsync();
    }

    sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds((long)Start);
    }
}
