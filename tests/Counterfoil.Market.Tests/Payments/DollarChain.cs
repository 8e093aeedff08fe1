using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Chain.Rpc;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Node.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Counterfoil.Tests;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>The committed TestDollar on a chain in this process, spoken to by JSON-RPC as any chain is.</summary>
sealed class DollarChain : IDisposable
{
    static readonly AbiFunction mint = new("mint(address to,uint256 value)");
    static readonly AbiFunction transfer = new("transfer(address to,uint256 value) returns (bool)");
    static readonly AbiFunction cancel = new("cancelAuthorization(address authorizer,bytes32 nonce,uint8 v,bytes32 r,bytes32 s)");

    readonly Secp256k1PrivateKey submitter = Key(0xf1), faucet = Key(0xf2), stranger = Key(0xf3);
    readonly ChainAccount mints, strangers;

    public LocalChain Chain { get; }
    public ChainClient Client { get; }
    public Token Token { get; }
    public ChainSettlement Settlement { get; }

    static Secp256k1PrivateKey Key(byte fill) => new([.. Enumerable.Repeat(fill, 32)]);

    DollarChain(TimeProvider time)
    {
        var ether = UInt256.Parse("1000000000000000000000");
        Chain = new LocalChain(new ChainOptions { Genesis = new[] { submitter, faucet, stranger, Fair.BuyerKey }.ToDictionary(k => k.Address, _ => ether) }, time);
        Client = new ChainClient(new InProcessTransport("the chain in this process", new JsonRpcDispatcher(Chain).Handle));
        (mints, strangers) = (new ChainAccount(Client, faucet), new ChainAccount(Client, stranger));
        using var artifact = JsonDocument.Parse(File.ReadAllText(Path.Combine(Surroundings.Root, "contracts", "artifacts", "TestDollar.json")));
        var (address, receipt) = mints.DeployAsync(Convert.FromHexString(artifact.RootElement.GetProperty("bytecode").GetString()![2..])).GetAwaiter().GetResult();
        Token = new Token(new NetworkId(Chain.ChainId), address, "Test Dollar", "1", 6);
        Settlement = new ChainSettlement(Client, Chain.ChainId, submitter, receipt.BlockNumber);
    }

    public static async Task<DollarChain> CreateAsync(TimeProvider time, ulong buyerUnits = 10_000)
    {
        var world = await Task.Run(() => new DollarChain(time));
        await world.mints.SendAndWaitAsync(new ContractCall { To = world.Token.Contract, Data = mint.EncodeCall(Fair.Buyer, buyerUnits) });
        return world;
    }

    public ExactTerms Terms => Fair.Terms with { Token = Token };

    public async Task<ulong> BalanceAsync(Address account) =>
        (ulong)(await Settlement.ViewAsync(Token.Contract, account, default, default)).Balance.Units;

    /// <summary>A stranger submits an authorization that it saw.</summary>
    public Task SubmitByStrangerAsync(SettlementIntent intent) => strangers.SendAndWaitAsync(new ContractCall { To = Token.Contract, Data = Eip3009.EncodeTransfer(intent) });

    /// <summary>The buyer moves money by an ordinary transaction.</summary>
    public async Task SpendElsewhereAsync(ulong units)
    {
        using var buyer = new ChainAccount(Client, Fair.BuyerKey);
        await buyer.SendAndWaitAsync(new ContractCall { To = Token.Contract, Data = transfer.EncodeCall(stranger.Address, units) });
    }

    /// <summary>The buyer cancels an authorization that it signed.</summary>
    public async Task CancelAsync(Core.Digests.Bytes32 nonce)
    {
        byte[] words = [.. Core.Digests.Keccak256.Hash("CancelAuthorization(address authorizer,bytes32 nonce)"u8).ToArray(), .. Fair.Buyer.ToWord().ToBigEndian(), .. nonce.ToArray()];
        var digest = Core.Digests.Keccak256.Hash([0x19, 0x01, .. Token.Domain.Separator.ToArray(), .. Core.Digests.Keccak256.Hash(words).ToArray()]);
        var s = Fair.BuyerKey.Sign(digest);
        await strangers.SendAndWaitAsync(new ContractCall { To = Token.Contract, Data = cancel.EncodeCall(Fair.Buyer, nonce, (ulong)s.V, s.R, s.S) });
    }

    public void Dispose()
    {
        foreach (var account in (ChainAccount[])[mints, strangers]) account.Dispose();
        foreach (var key in (Secp256k1PrivateKey[])[submitter, faucet, stranger]) key.Dispose();
    }
}
