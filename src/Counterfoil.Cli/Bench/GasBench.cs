using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

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

        var one = UInt256.One << 64; // a unit a second
        var escrow = contracts.LeaseEscrow;
        await chain.SendAsync("buyer", contracts.TestDollar, new TestDollarContract.ApproveCall(escrow.Address, UInt256.Zero - 1), run.Cancel);
        await Measure(escrow, "placeOrder", "buyer", new LeaseEscrowContract.PlaceOrderCall(Word("manifest"u8), 9 * one));
        await Measure(escrow, "openAccount with a deposit", "buyer", new LeaseEscrowContract.OpenAccountCall(1000));
        var bid = new LeaseEscrowContract.Bid(1, seller, 7 * one, ulong.MaxValue, new Bytes32(UInt256.One.ToBigEndian()));
        byte[] signature = chain.Key("seller").Sign(Evm.TypedData.Eip712Domain.Digest(LeaseEscrowContract.Domain(chain.ChainId, escrow.Address).Separator, bid.HashStruct())).ToArray();
        await Measure(escrow, "acceptBid", "buyer", new LeaseEscrowContract.AcceptBidCall(bid, signature, 1));
        chain.Wait(TimeSpan.FromSeconds(10));
        await Measure(escrow, "deposit", "buyer", new LeaseEscrowContract.DepositCall(1, 100));
        await Measure(escrow, "withdraw, first", "seller", new LeaseEscrowContract.WithdrawCall(1));
        chain.Wait(TimeSpan.FromSeconds(10));
        await Measure(escrow, "withdraw, next", "seller", new LeaseEscrowContract.WithdrawCall(1));
        await Measure(escrow, "closeLease", "buyer", new LeaseEscrowContract.CloseLeaseCall(1, 1));
        await Measure(escrow, "refund", "buyer", new LeaseEscrowContract.RefundCall(1));
        await Measure(escrow, "closeOrder", "buyer", new LeaseEscrowContract.CloseOrderCall(1));
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
