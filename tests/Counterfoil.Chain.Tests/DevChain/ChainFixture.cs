using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.DevChain;

/// <summary>A chain with a clock that stands still and one rich account.</summary>
sealed class ChainFixture : IDisposable
{
    public static readonly UInt256 Ether = UInt256.Parse("1000000000000000000");
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ChainFixture(bool automine = true, Fork fork = Fork.Osaka)
    {
        Chain = new LocalChain(new ChainOptions { Fork = fork, Automine = automine, Genesis = new Dictionary<Address, UInt256> { [Key.Address] = Ether * 1_000 } }, Clock);
        Rpc = new JsonRpcDispatcher(Chain);
    }

    public ManualClock Clock { get; } = new(Start);
    public Secp256k1PrivateKey Key { get; } = KeyOf("rich");
    public LocalChain Chain { get; }
    public JsonRpcDispatcher Rpc { get; }

    public static Secp256k1PrivateKey KeyOf(string name) => new(Keccak256.Hash(Encoding.UTF8.GetBytes(name)).ToArray());

    public SignedTransaction Signed(ulong nonce, Address? to, UInt256 value = default, byte[]? data = null, ulong gas = 1_000_000, ulong maxFee = 3_000_000_000) => new Transaction
    {
        ChainId = Chain.ChainId, Nonce = nonce, MaxPriorityFeePerGas = 1_000_000_000, MaxFeePerGas = maxFee, GasLimit = gas, To = to, Value = value, Data = data ?? [],
    }.Sign(Key);

    public MinedTransaction Send(Address? to, UInt256 value = default, byte[]? data = null, ulong gas = 1_000_000)
    {
        var verdict = Chain.Submit(Signed(Chain.PendingNonce(Key.Address), to, value, data, gas).Encode(), out var hash);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return Chain.Find(hash)!.Value.Transaction;
    }

    /// <summary>A contract whose runtime code is <paramref name="code"/>.</summary>
    public Address Deploy(byte[] code) => Send(null, data: [0x61, (byte)(code.Length >> 8), (byte)code.Length, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3, .. code]).Created!.Value;

    public JsonElement Ask(string method, string parameters = "[]") => AskRaw($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");

    public string Result(string method, string parameters = "[]")
    {
        var answer = Ask(method, parameters);
        Assert.True(answer.TryGetProperty("result", out var result), answer.GetRawText());
        return result.ValueKind == JsonValueKind.String ? result.GetString()! : result.GetRawText();
    }

    public JsonElement AskRaw(string request) => JsonDocument.Parse(Rpc.Handle(Encoding.UTF8.GetBytes(request)), new JsonDocumentOptions { MaxDepth = 4_096 }).RootElement.Clone();

    public void Dispose() => Key.Dispose();
}

/// <summary>A clock that moves when told.</summary>
sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    DateTimeOffset now = now;
    public override DateTimeOffset GetUtcNow() => now;
    public void Advance(TimeSpan by) => now += by;
}
