using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Cli.Bench;

/// <summary>What each action of the contracts costs: forge's snapshots, and beside them the same calls on the in-process chain where they are made here.</summary>
static class GasBench
{
    public static async Task<List<Figure>> RunAsync(BenchRun run)
    {
        var measured = await MeasureAsync(run);
        var figures = new List<Figure>();
        foreach (string resource in typeof(GasBench).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("gas/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string contract = resource["gas/".Length..^".json".Length];
            using var snapshot = JsonDocument.Parse(typeof(GasBench).Assembly.GetManifestResourceStream(resource)!);
            foreach (var action in snapshot.RootElement.EnumerateObject())
            {
                double forge = double.Parse(action.Value.GetString()!, CultureInfo.InvariantCulture);
                figures.Add(measured.TryGetValue((contract, action.Name), out double gas)
                    ? new Figure($"{contract}: {action.Name}", gas, "gas", "forge", forge, LessIsBetter: true)
                    : new Figure($"{contract}: {action.Name} (forge's)", forge, "gas"));
            }
        }
        return figures;
    }

    // The calls of contracts/test/Gas.t.sol, in its order: what a call costs depends on what was there before.
    static async Task<Dictionary<(string Contract, string Action), double>> MeasureAsync(BenchRun run)
    {
        using var chain = await BenchChain.StartAsync(run.Cancel);
        var (contracts, seller, measured) = (chain.Contracts, chain.Key("seller").Address, new Dictionary<(string, string), double>());
        async Task Measure<TCall, TResult>(Chain.Contracts.Contract contract, string action, string party, IContractCall<TCall, TResult> call) where TCall : class, IContractCall<TCall, TResult> =>
            measured[(contract.Artifact.Name, action)] = (await chain.SendAsync(party, contract, call, run.Cancel)).GasUsed;

        await chain.SendAsync("buyer", contracts.TestDollar, new TestDollarContract.TransferCall(seller, 1), run.Cancel);
        await Measure(contracts.TestDollar, "transfer", "buyer", new TestDollarContract.TransferCall(seller, 1));
        await Measure(contracts.Anchor, "anchor, first", "operator", new AnchorContract.AnchorCall(Keccak256.Hash("log"u8).Value, 0x1111_1111_1111, Keccak256.Hash("root"u8).Value));
        await Measure(contracts.Anchor, "anchor, next", "operator", new AnchorContract.AnchorCall(Keccak256.Hash("log"u8).Value, 0x2222_2222_2222, Keccak256.Hash("next"u8).Value));

        byte[] authorization = chain.Key("seller").Sign(TestDollarContract.TransferDigest(
            TestDollarContract.Domain(chain.ChainId, contracts.TestDollar.Address), seller, chain.Key("buyer").Address, new TokenAmount(1), 0, ulong.MaxValue, Word("nonce"u8))).ToArray();
        await Measure(contracts.TestDollar, "transferWithAuthorization", "operator",
            new TestDollarContract.TransferWithAuthorizationWithSignatureCall(seller, chain.Key("buyer").Address, 1, 0, ulong.MaxValue, Word("nonce"u8), authorization));

        var one = UInt256.One << 64; // a unit a second
        var escrow = contracts.LeaseEscrow;
        ulong salt = 0;
        LeaseEscrowContract.AcceptBidCall Accept(ulong order, UInt256 rate, ulong account, Secp256k1PrivateKey provider)
        {
            var bid = new LeaseEscrowContract.Bid(order, provider.Address, rate, ulong.MaxValue, new Bytes32(new UInt256(++salt).ToBigEndian()));
            return new(bid, provider.Sign(Eip712Domain.Digest(LeaseEscrowContract.Domain(chain.ChainId, escrow.Address).Separator, bid.HashStruct())).ToArray(), account);
        }
        await chain.SendAsync("buyer", contracts.TestDollar, new TestDollarContract.ApproveCall(escrow.Address, UInt256.Zero - 1), run.Cancel);
        await Measure(escrow, "placeOrder", "buyer", new LeaseEscrowContract.PlaceOrderCall(Word("manifest"u8), 9 * one));
        await Measure(escrow, "openAccount with a deposit", "buyer", new LeaseEscrowContract.OpenAccountCall(1000));
        await Measure(escrow, "acceptBid", "buyer", Accept(1, 7 * one, 1, chain.Key("provider")));
        chain.Wait(TimeSpan.FromSeconds(10));
        await Measure(escrow, "deposit", "buyer", new LeaseEscrowContract.DepositCall(1, 100));
        await Measure(escrow, "withdraw, first", "provider", new LeaseEscrowContract.WithdrawCall(1));
        chain.Wait(TimeSpan.FromSeconds(10));
        await Measure(escrow, "withdraw, next", "provider", new LeaseEscrowContract.WithdrawCall(1));
        await Measure(escrow, "closeLease", "buyer", new LeaseEscrowContract.CloseLeaseCall(1, 1));
        await Measure(escrow, "refund", "buyer", new LeaseEscrowContract.RefundCall(1));
        await Measure(escrow, "closeOrder", "buyer", new LeaseEscrowContract.CloseOrderCall(1));

        await chain.SendAsync("buyer", escrow, new LeaseEscrowContract.OpenAccountCall(1000), run.Cancel);
        for (ulong i = 0; i < 16; i++)
        {
            await chain.SendAsync("buyer", escrow, new LeaseEscrowContract.PlaceOrderCall(Word("manifest"u8), (UInt256.One << 128) - 1), run.Cancel);
            using var another = new Secp256k1PrivateKey(new UInt256(0xb1d + i).ToBigEndian());
            await chain.SendAsync("buyer", escrow, Accept(i + 2, (i + 3) * one >> 1, 2, i == 15 ? chain.Key("last provider") : another), run.Cancel);
        }
        chain.Wait(TimeSpan.FromSeconds(100_000));
        await Measure(escrow, "withdraw that ends 16 exhausted leases", "last provider", new LeaseEscrowContract.WithdrawCall(17));
        return measured;
    }

    /// <summary>A literal as Solidity widens it to bytes32: the zeros behind it make calldata cheap, and so the figure comparable.</summary>
    static Bytes32 Word(ReadOnlySpan<byte> literal)
    {
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Clear();
        literal.CopyTo(word);
        return new Bytes32(word);
    }
}
